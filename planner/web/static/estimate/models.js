// Which models: those chosen, and a search for more.
import { html, useState } from "../app/view.js";
import { Card, Problem, Waiting } from "../app/parts.js";
import { useLook } from "../app/asking.js";
import { Filters, NO_FILTER, filtered } from "../catalog/filters.js";
import * as write from "../app/words.js";

const MOST_SHOWN = 40;

export function ModelsCard({ chosen, choose, usual }) {
  const [opened, open] = useState(false);
  const remove = (name) => choose(chosen.filter((each) => each !== name));
  return html`
    <${Card} title="Models" id="models" actions=${html`<button type="button" class="quiet" aria-expanded=${opened ? "true" : "false"}
        onClick=${() => open(!opened)}>${opened ? "Close the search" : "Find models"}</button>`}>
      ${opened && html`<${Finder} chosen=${chosen} add=${(name) => choose([...chosen, name])} remove=${remove} />`}
      <ul class="chips" aria-label="Chosen models">
        ${chosen.map((name) => html`<li>${name}<button type="button" aria-label=${`Leave out ${name}`} onClick=${() => remove(name)}>×</button></li>`)}
      </ul>
      ${chosen.length === 0 && html`<p class="hint">No model is chosen.</p>`}
      <div class="under"><button type="button" class="quiet" onClick=${() => choose(usual)}>Take the usual ${write.count(usual.length)}</button>
      ${chosen.length > 0 && html`<button type="button" class="quiet" onClick=${() => choose([])}>Take none</button>`}</div>
    <//>`;
}

function Finder({ chosen, add, remove }) {
  const [filter, change] = useState(NO_FILTER);
  const wanted = filtered(filter);
  const asked = useLook(wanted && "/v1/models", wanted ?? {}, 120);
  const { answer, error } = asked;
  const shown = answer?.models.filter((model) => model.priced).slice(0, MOST_SHOWN) ?? [];
  return html`
    <div class="finder">
      <${Filters} filter=${filter} change=${change} error=${error} />
      <${Problem} error=${error} />
      <${Waiting} asked=${asked}>Looking …<//>
      ${!wanted && html`<p class="hint">Search, or choose a provider or a capability.</p>`}
      ${answer && html`
        <p class="hint" role="status">${write.count(answer.count)} found${answer.count > shown.length ? `, ${write.count(shown.length)} priced ones shown` : ""}</p>
        <ul class="found">${shown.map((model) => html`<${Found} model=${model} chosen=${chosen} add=${add} remove=${remove} />`)}</ul>`}
    </div>`;
}

function Found({ model, chosen, add, remove }) {
  const full = `${model.provider}/${model.id}`;
  const name = [model.id, full].find((each) => chosen.includes(each));
  return html`
    <li><label><input type="checkbox" checked=${Boolean(name)} onChange=${() => (name ? remove(name) : add(full))} />
      <span><strong>${model.id}</strong> <span class="hint">${model.provider}</span></span></label>
      <span class="hint figures">${write.usd(model.input_usd)} in · ${write.usd(model.output_usd)} out · ${write.short(model.context_window)} window</span></li>`;
}
