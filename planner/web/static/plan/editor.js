// A form of any value: a field for each figure and word, groups for what is nested, and what may be added.
import { html, useState } from "../app/view.js";
import { Field, number } from "../app/parts.js";
import { choices, inner, missing, start, taken } from "./schema.js";

const LONG = 60;

// `change(path, value)`; undefined takes a value out. `faults`: what the server says, by path.
export function Editor({ api, schema, value, path = [], change, faults, open = true }) {
  const mine = taken(api, schema, value);
  const entries = Object.entries(value);
  const plain = entries.filter(([, each]) => each === null || typeof each !== "object");
  const nested = entries.filter(([, each]) => each !== null && typeof each === "object");
  return html`
    <div class="editor">
      <div class="leaves">${plain.map(([key, each]) => html`<${Leaf} key=${key} api=${api} schema=${inner(mine, key)} title=${label(key, value)} value=${each}
        path=${[...path, key]} change=${change} faults=${faults} />`)}</div>
      ${nested.map(([key, each]) => html`
        <details key=${key} class="group" open=${open && entries.length < 12}><summary>${label(key, value)}</summary>
          <${Editor} api=${api} schema=${inner(mine, key)} value=${each} path=${[...path, key]} change=${change} faults=${faults} open=${false} />
          <button type="button" class="quiet" onClick=${() => change([...path, key], undefined)}>Take out ${label(key, value)}</button></details>`)}
      <${Adder} api=${api} mine=${mine} value=${value} path=${path} change=${change} />
    </div>`;
}

const label = (key, parent) => (Array.isArray(parent) ? (parent[key]?.name ?? `no. ${Number(key) + 1}`) : key.replaceAll("_", " "));

function Leaf({ api, schema, title, value, path, change, faults }) {
  const options = choices(api, schema).flatMap((each) => each.enum ?? []);
  const said = faults?.get(path.join("."));
  const text = value === null ? "" : String(value);
  const typed = (raw) => change(path, typeof value === "number" ? number(raw) : raw);
  return html`
    <${Field} label=${title} hint=${schema?.description} faults=${said}>
      ${(wired) => {
        if (options.length > 0) {
          return html`<select ...${wired} value=${text} onChange=${(event) => change(path, event.target.value)}>
            ${options.map((each) => html`<option value=${each} selected=${each === value}>${each}</option>`)}</select>`;
        }
        if (typeof value === "boolean") {
          return html`<input ...${wired} type="checkbox" checked=${value} onChange=${(event) => change(path, event.target.checked)} />`;
        }
        if (text.length > LONG || text.includes("\n")) {
          return html`<textarea ...${wired} class=${text.includes("\n") ? "" : "low"} rows=${text.includes("\n") ? 8 : 3} spellcheck="false" value=${text} onInput=${(event) => change(path, event.target.value)}></textarea>`;
        }
        return html`<input ...${wired} inputmode=${typeof value === "number" ? "decimal" : undefined} value=${text} onInput=${(event) => typed(event.target.value)} />`;
      }}
    <//>`;
}

function Adder({ api, mine, value, path, change }) {
  const [name, choose] = useState("");
  const fields = Array.isArray(value) ? [] : missing(mine, value);
  const named = typeof mine?.additionalProperties === "object" && !mine.properties;
  if (Array.isArray(value) && mine?.items) {
    return html`<button type="button" class="quiet" onClick=${() => change([...path, value.length], start(api, mine.items))}>Add one more</button>`;
  }
  if (fields.length === 0 && !named) return null;
  const add = () => {
    if (!name || value[name] !== undefined) return;
    change([...path, name], start(api, inner(mine, name)));
    choose("");
  };
  return html`
    <div class="adder">
      ${named
        ? html`<input aria-label="Name of what is added" placeholder="name" value=${name} onInput=${(event) => choose(event.target.value)} />`
        : html`<select aria-label="What to add" value=${name} onChange=${(event) => choose(event.target.value)}>
            <option value="">add a value …</option>
            ${fields.map(([each, about]) => html`<option value=${each} title=${about.description}>${each.replaceAll("_", " ")}</option>`)}</select>`}
      <button type="button" class="quiet" disabled=${!name} onClick=${add}>Add</button>
    </div>`;
}
