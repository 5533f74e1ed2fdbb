// Every question beside the plan that this server answers.
import { html, useState } from "../../app/view.js";
import { Beside } from "./panel.js";
import { Simulated } from "./simulate.js";
import { Failures } from "./failures.js";
import { Outcomes } from "./outcomes.js";
import { Retrieval } from "./retrieval.js";

const QUESTIONS = [
  ["/v1/simulate", "A month that is uncertain", "What a month may cost when nobody knows the inputs exactly.", Simulated],
  ["/v1/reliability", "How it fails", "Each way to fail: how often, what it loses, what mitigation is worth.", Failures],
  ["/v1/routing/outcomes", "Cost against quality", "Models on your own prompts, and what routing between two of them reaches.", Outcomes, "router"],
  ["/v1/retrieval/compare", "Retrieval or a long prompt", "What a query costs either way, and where they cost the same.", Retrieval],
];

export function QuestionsBeside({ api }) {
  const [opened, open] = useState(false);
  const offered = QUESTIONS.filter(([path]) => api.paths[path]);
  return html`
    <section class="beside-all" aria-labelledby="beside-title">
      <div class="card-head"><h2 id="beside-title">Questions beside the plan</h2>
        <button type="button" class="quiet" aria-expanded=${opened ? "true" : "false"} onClick=${() => open(!opened)}>${opened ? "Close them" : "Open them"}</button></div>
      <p class="hint">They begin with the server's own examples; put in your figures.</p>
      ${opened && html`<div class="grid">${offered.map(([path, title, about, Drawn, example]) => html`<${Beside} key=${path} api=${api} path=${path} example=${example} title=${title} about=${about} Drawn=${Drawn} id=${`beside-${path.split("/").at(-1)}`} />`)}</div>`}
    </section>`;
}
