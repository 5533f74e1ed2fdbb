// Small parts that every view uses.
import { html, names, useId, useState } from "./view.js";
import * as write from "./words.js";
import { Away } from "./server.js";

export const Card = ({ title, note, actions, children, kind, id }) => html`
  <section class=${names("card", kind)} aria-labelledby=${id && `${id}-title`} id=${id}>
    ${title && html`<header class="card-head"><h2 id=${id && `${id}-title`}>${title}</h2>${note && html`<p class="note">${note}</p>`}${actions}</header>`}
    ${children}
  </section>`;

export function Field({ label, hint, faults, children }) {
  const id = useId();
  const said = faults?.length ? `${id}-fault` : hint ? `${id}-hint` : undefined;
  return html`
    <div class=${names("field", faults?.length && "wrong")}>
      <label for=${id}>${label}</label>
      ${children({ id, "aria-describedby": said, "aria-invalid": faults?.length ? "true" : undefined })}
      ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
      ${faults?.length > 0 && html`<p class="fault" id=${`${id}-fault`}>${faults.join("; ")}</p>`}
    </div>`;
}

export const TextField = ({ value, onValue, label, hint, faults, ...more }) => html`
  <${Field} label=${label} hint=${hint} faults=${faults}>
    ${(wired) => html`<input ...${wired} ...${more} value=${value} onInput=${(event) => onValue(event.target.value)} />`}
  <//>`;

export const SelectField = ({ value, onValue, label, options, ...more }) => html`
  <${Field} label=${label} ...${more}>
    ${(wired) => html`
      <select ...${wired} value=${value} onChange=${(event) => onValue(event.target.value)}>
        ${options.map(([name, shown]) => html`<option value=${name} selected=${name === value}>${shown}</option>`)}
      </select>`}
  <//>`;

// A number with a slider over round figures beside it: the slider for feeling, the box for any figure.
export function Slider({ label, value, onValue, stops, unit, faults, hint }) {
  const near = stops.reduce((best, stop, at) => (stop <= Number(value) ? at : best), 0);
  const shown = `${write.count(stops[near])} ${unit ?? ""}`;
  return html`
    <${Field} label=${label} hint=${hint} faults=${faults}>
      ${(wired) => html`
        <div class="slider">
          <input type="range" min="0" max=${stops.length - 1} step="1" value=${near} aria-label=${`${label}, slider`}
            aria-valuetext=${shown} onInput=${(event) => onValue(String(stops[event.target.value]))} />
          <span class="measure"><input ...${wired} type="text" inputmode="numeric" autocomplete="off" value=${value}
            onInput=${(event) => onValue(event.target.value)} />${unit && html`<span class="unit">${unit}</span>`}</span>
        </div>`}
    <//>`;
}

// What was typed, as JSON would hold it: a number where it is one, else the text, which the server refuses by name.
export function number(text) {
  const bare = text.replace(/[\s,_']/g, "");
  return bare !== "" && Number.isFinite(Number(bare)) ? Number(bare) : text;
}

export const Choice = ({ label, value, options, onValue }) => html`
  <div class="choice" role="group" aria-label=${label}>
    ${options.map(([name, shown]) => html`
      <button type="button" aria-pressed=${name === value ? "true" : "false"} onClick=${() => onValue(name)}>${shown}</button>`)}
  </div>`;

export const Bar = ({ of, most, kind }) => {
  const width = most > 0 ? Math.max(0, Math.min(1, of / most)) : 0; // drawing only
  return html`<span class="bar" aria-hidden="true"><span class=${kind} style=${{ width: `${width * 100}%` }}></span></span>`;
};

export const Problem = ({ error }) =>
  error && !(error instanceof Away) && html`
    <div class="problem" role="alert"><strong>This cannot be answered yet.</strong>
      <ul>${(error.errors?.length ? error.errors.map((each) => each.msg) : [error.message]).map((text) => html`<li>${text}</li>`)}</ul>
    </div>`;

// Said while the first answer is on its way; later ones replace the last without a word.
export const Waiting = ({ asked, children }) => asked.pending && !asked.answer && html`<p class="card hint" role="status">${children}</p>`;

export const Notes = ({ items, title = "Notes" }) =>
  items.length > 0 && html`<details class="notes"><summary>${title} (${items.length})</summary>
    <ul>${items.map((text) => html`<li>${text}</li>`)}</ul></details>`;

export const Tag = ({ kind, children, title }) => html`<span class=${names("tag", kind)} title=${title}>${children}</span>`;

// What may be wider or longer than its place scrolls there, by keys too.
export const Scroll = ({ label, kind, children }) => html`<div class=${names("scroll", kind)} tabindex="0" role="region" aria-label=${label}>${children}</div>`;

// A long list, shown in steps.
export function Steps({ items, step = 50, children }) {
  const [most, grow] = useState(step);
  return html`${children(items.slice(0, most))}
    ${items.length > most && html`<button type="button" class="quiet" onClick=${() => grow(most + step)}>
      Show more: ${write.count(most)} of ${write.count(items.length)} are shown</button>`}`;
}
