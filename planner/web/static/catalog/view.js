// The catalog: which models there are, what they cost since when, and what the figures stand on.
import { html, names, useState } from "../app/view.js";
import { useLook } from "../app/asking.js";
import { Card, Problem, Scroll, Steps, Tag, Waiting } from "../app/parts.js";
import * as write from "../app/words.js";
import { Filters, filtered } from "./filters.js";
import { ModelCard } from "./model.js";
import { PricesCard } from "./prices.js";

const FIRST = { search: "", provider: "openai", capability: "", min_context: "", max_price: "" };

export function CatalogView() {
  const [filter, change] = useState(FIRST);
  const [picked, pick] = useState(null);
  const wanted = filtered(filter);
  const asked = useLook(wanted && "/v1/models", wanted ?? {}, 120);
  const { answer, error, pending } = asked;
  return html`
    <div class="two">
      <div class="inputs"><${Card} title="Find" id="find"><${Filters} filter=${filter} change=${change} error=${error} /><//><${About} /></div>
      <div class="results" aria-busy=${pending ? "true" : "false"}>
        <${Problem} error=${error} />
        <${Waiting} asked=${asked}>Looking …<//>
        ${!wanted && html`<section class="card welcome"><p>Search, or choose a provider, a capability, a window or a price.</p></section>`}
        ${answer && html`<${Listed} answer=${answer} picked=${picked} pick=${pick} />`}
        ${picked && html`<${ModelCard} id=${picked.id} provider=${picked.provider} /><${PricesCard} id=${picked.id} provider=${picked.provider} />`}
      </div>
    </div>`;
}

const Listed = ({ answer, picked, pick }) => html`
  <${Card} title=${`${write.count(answer.count)} models`} id="listed" note="USD a million tokens; a row shows the model below">
    <${Steps} items=${answer.models}>${(shown) => html`
      <${Scroll} label="Models found" kind="tall"><table class="models">
        <thead><tr><th scope="col">Model</th><th scope="col">Provider</th><th scope="col" class="r">Input</th><th scope="col" class="r">Cached</th><th scope="col" class="r">Output</th><th scope="col" class="r">Window</th></tr></thead>
        <tbody>${shown.map((model) => html`<${Listing} model=${model} today=${answer.as_of.slice(0, 10)} chosen=${picked?.id === model.id && picked?.provider === model.provider} pick=${pick} />`)}</tbody>
      </table><//>`}<//>
  <//>`;

const Listing = ({ model, today, chosen, pick }) => html`
  <tr class=${names(chosen && "chosen")} onClick=${() => pick(model)}>
    <th scope="row"><button type="button" class="pick" aria-pressed=${chosen ? "true" : "false"}>${model.id}</button>
      ${model.retires && html` <${Tag} kind="warn">${model.retires <= today ? "retired" : "retires"} ${write.date(model.retires)}<//>`}</th>
    <td>${model.provider}</td>
    ${model.priced ? html`<td class="r">${model.free ? "free" : write.usd(model.input_usd)}</td><td class="r">${write.usd(model.cache_read_usd)}</td><td class="r">${write.usd(model.output_usd)}</td>` : html`<td class="r hint" colspan="3">no price</td>`}
    <td class="r">${write.short(model.context_window ?? model.max_input_tokens)}</td>
  </tr>`;

function About() {
  const { answer, error } = useLook("/v1/catalog");
  if (!answer) return html`<${Problem} error=${error} />`;
  const old = answer.age_days === 1 ? "1 day old" : `${write.count(answer.age_days)} days old`;
  return html`
    <${Card} title="What the prices stand on" id="about">
      <p>Observed ${write.date(answer.observed)}, <strong>${old}</strong>. ${write.count(answer.providers.length)} providers.</p>
      <p class="hint">Version ${answer.version}${answer.price_file ? `; your own prices: ${answer.price_file}` : ""}</p>
      <h3>Sources</h3>
      <ul class="plainlist">${answer.sources.map((each) => html`<li><strong>${each.name}</strong> ${each.version} <span class="hint">${write.date(each.observed)}, ${each.license}</span></li>`)}</ul>
      <details class="notes"><summary>Where sources disagree (${write.count(answer.conflicts.length)})</summary>
        <${Steps} items=${answer.conflicts} step=${20}>${(shown) => html`<ul class="conflicts">${shown.map((each) => html`
          <li><strong>${each.model}</strong> at ${each.provider}, ${write.words(each.bucket)}
            <span>${Object.entries(each.values).map(([source, value]) => html`<span class=${names("value", source === each.chosen && "taken")}>${source}: ${value}${source === each.chosen ? " (taken)" : ""}</span>`)}</span>
            <span class="hint">${each.reason}</span></li>`)}</ul>`}<//>
      </details>
    <//>`;
}
