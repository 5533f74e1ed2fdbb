// The plan: a file opened, edited and saved; its report in panels, each shown where the server answers for it.
import { html, useMemo, useRef, useState } from "../app/view.js";
import { useAnswer, useLook } from "../app/asking.js";
import { Card, Problem, Waiting } from "../app/parts.js";
import { Editor } from "./editor.js";
import { Pipeline } from "./pipeline.js";
import { byPath } from "./faults.js";
import { filled, opened, read, texts, written } from "./file.js";
import { put } from "./paths.js";
import { exampleOf, inner, schemaOf, taken } from "./schema.js";
import { SaveButtons } from "./saving.js";
import { CostsPanel } from "./panels/costs.js";
import { LatencyPanel } from "./panels/latency.js";
import { WindowsPanel } from "./panels/window.js";
import { MarginPanel } from "./panels/margin.js";
import { AheadPanel, GroundsPanel } from "./panels/ahead.js";
import { ScenariosPanel } from "./panels/scenarios.js";
import { PoliciesPanel } from "./panels/policies.js";
import { BreakpointsPanel } from "./panels/breakpoints.js";
import { QuestionsBeside } from "./beside/all.js";

const REPORT = "/v1/plans/report";
const AFTER_TYPING = 150;
const AFTERWARDS = 400;
const EMPTY = {
  name: "a new plan",
  traffic: { requests_per_month: 100000 },
  steps: { answer: { kind: "generate", model: "gpt-5-mini", prompt: { system: { text: "Answer in the customer's language." }, user: { text: "Where is my parcel?" } }, output_tokens: 300 } },
};
const question = (plan, scenario) => ({ plan, ...(scenario && { scenario }) });

export function PlanView() {
  const { answer: api, error } = useLook("/openapi.json");
  if (!api) return html`<${Problem} error=${error} />`;
  return api.paths[REPORT] ? html`<${Planned} api=${api} />` : html`
    <section class="card welcome"><h2>Plans</h2><p>This server does not evaluate plan files. The questions below it answers.</p></section>
    <${QuestionsBeside} api=${api} />`;
}

function Planned({ api }) {
  const example = useMemo(() => exampleOf(api, REPORT)?.plan, [api]);
  const [plan, change] = useState(example ?? EMPTY);
  const [picked, pick] = useState(null);
  const [fault, say] = useState("");
  const asked = useAnswer(REPORT, question(plan), AFTER_TYPING);
  const { answer: report, error, pending } = asked;
  const faults = useMemo(() => byPath(error, "plan"), [error]);
  const schema = useMemo(() => taken(api, inner(taken(api, schemaOf(api, REPORT), {}), "plan"), {}), [api]);
  const edit = (path, value) => change((last) => put(last, path, value));
  const shown = plan.steps?.[picked];
  const panel = { api, plan, report, question, delay: AFTER_TYPING + AFTERWARDS };
  return html`
    <${Source} plan=${plan} change=${change} example=${example} fault=${fault} say=${say} api=${api} />
    <${Pipeline} plan=${plan} report=${report} picked=${picked} pick=${pick} faults=${faults} />
    <div class="two planned">
      <div class="inputs">
        ${shown && html`<${Card} title=${`Step: ${picked}`} id="plan-step"><${Editor} api=${api} schema=${inner(taken(api, inner(schema, "steps"), plan.steps), picked)} value=${shown}
          path=${["steps", picked]} change=${edit} faults=${faults} /><//>`}
        <${Card} title="The whole plan" id="plan-values"><${Editor} api=${api} schema=${schema} value=${plan} change=${edit} faults=${faults} open=${false} /><//>
        <${AsText} plan=${plan} change=${change} />
      </div>
      <div class="results" aria-busy=${pending ? "true" : "false"}>
        <${Waiting} asked=${asked}>Evaluating the plan …<//>
        <${Problem} error=${error} />
        ${report && html`
          <${CostsPanel} report=${report} />
          <${PoliciesPanel} ...${panel} />
          <${LatencyPanel} report=${report} />
          <${WindowsPanel} report=${report} />
          <${MarginPanel} report=${report} />
          <${ScenariosPanel} ...${panel} />
          <${BreakpointsPanel} ...${panel} />
          <${AheadPanel} report=${report} />
          <${GroundsPanel} report=${report} />`}
      </div>
    </div>
    <${QuestionsBeside} api=${api} />`;
}

function Source({ plan, change, example, fault, say, api }) {
  const chooser = useRef(null);
  const [lacking, lack] = useState([]);
  const take = async (files) => {
    say("");
    try {
      const more = lacking.length > 0 && ![...files].some((file) => /\.toml$/i.test(file.name));
      const found = more ? filled(plan, await Promise.all([...files].map(async (file) => ({ name: file.name, path: file.name, text: await file.text() })))) : await opened(files);
      change(found.plan);
      lack(found.lacking);
    } catch (error) {
      say(error.message);
    }
  };
  return html`
    <section class="card source" aria-label="The plan file" onDragOver=${(event) => event.preventDefault()} onDrop=${(event) => { event.preventDefault(); take(event.dataTransfer.files); }}>
      <div class="card-head"><h2>${plan.name || "a plan without a name"}</h2><div class="under">
        <button type="button" class="quiet" onClick=${() => chooser.current.click()}>Open a plan</button>
        <input ref=${chooser} type="file" multiple hidden accept=".toml,.json,.md,.txt" aria-label="Plan and prompt files" onChange=${(event) => { take(event.target.files); event.target.value = ""; }} />
        <button type="button" class="quiet" onClick=${() => change(EMPTY)}>Begin a new one</button>
        ${example && html`<button type="button" class="quiet" onClick=${() => change(example)}>Take the example</button>`}
        <${SaveButtons} plan=${plan} api=${api} question=${question} say=${say} /></div></div>
      ${plan.about && html`<p class="hint">${plan.about}</p>`}
      ${lacking.length > 0 && html`<p class="announced">The plan names files that were not opened with it: ${lacking.join(", ")}. Open them too; the server reads none itself.</p>`}
      ${fault && html`<p class="fault" role="alert">${fault}</p>`}
    </section>`;
}

// The plan as TOML, for what a form is too slow for; taken over as soon as it can be read.
function AsText({ plan, change }) {
  const [draft, keep] = useState(null);
  const [fault, say] = useState("");
  const typed = (text) => {
    keep(text);
    try {
      change(filled(read(text, "the text"), texts(plan)).plan);
      say("");
    } catch (error) {
      say(error.message);
    }
  };
  return html`
    <${Card} title="As plan.toml" id="plan-text"><details><summary>Read and edit the file</summary>
      <label class="hint" for="plan-toml">plan.toml</label>
      <textarea id="plan-toml" rows="18" spellcheck="false" value=${draft ?? written(plan)} onInput=${(event) => typed(event.target.value)} onBlur=${() => { if (!fault) keep(null); }}></textarea>
      ${fault && html`<p class="fault">${fault}</p>`}</details><//>`;
}
