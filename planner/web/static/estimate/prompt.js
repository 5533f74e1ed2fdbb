// The prompt: paste, type or drop.
import { html, names, useRef, useState } from "../app/view.js";
import { Card, Choice, Field } from "../app/parts.js";
import * as write from "../app/words.js";
import { TAKEN, opened } from "./files.js";
import { EXAMPLE } from "./example.js";

const READS = [["auto", "Detect"], ["text", "Text"], ["json", "Messages JSON"]];
const KINDS = { text: "plain text", messages: "chat messages", request: "a whole request", json: "JSON" };

export function PromptCard({ state, put, read, faults }) {
  const [over, hover] = useState(false);
  const [refused, refuse] = useState([]);
  const chooser = useRef(null);
  const take = async (list) => {
    const found = await Promise.all([...list].map(opened));
    refuse(found.flatMap((each) => each.fault ?? []));
    const texts = found.flatMap((each) => each.text ?? []);
    const files = found.flatMap((each) => each.file ?? []);
    put((last) => ({ ...(texts.length && { text: texts.join("\n\n") }), files: [...last.files, ...files] }));
  };
  const drop = (event) => {
    event.preventDefault();
    hover(false);
    take(event.dataTransfer.files);
  };
  const places = ["text", "messages", "request", "documents", "images", "system", "tools"];
  const said = [...(read.fault ? [read.fault] : []), ...places.flatMap((name) => faults.get(name) ?? []), ...refused];
  return html`
    <${Card} title="Prompt" id="prompt" actions=${html`<${Choice} label="How the prompt is read" value=${state.read} options=${READS} onValue=${(value) => put({ read: value })} />`}>
      <div class=${names("drop", over && "over")} onDragOver=${(event) => { event.preventDefault(); hover(true); }}
        onDragLeave=${() => hover(false)} onDrop=${drop}>
        <${Field} label="Paste a prompt or messages JSON, or drop a file" hint=${read.hint} faults=${said}>
          ${(wired) => html`<textarea ...${wired} rows="9" spellcheck="false" value=${state.text}
            placeholder="You are a support assistant …" onInput=${(event) => put({ text: event.target.value })}></textarea>`}
        <//>
        <div class="under">
          <button type="button" class="quiet" onClick=${() => chooser.current.click()}>Add a file</button>
          <input ref=${chooser} type="file" multiple hidden accept=${TAKEN} aria-label="Files to add"
            onChange=${(event) => { take(event.target.files); event.target.value = ""; }} />
          <button type="button" class="quiet" onClick=${() => put({ text: EXAMPLE, read: "auto" })}>Take an example</button>
          ${state.text && html`<span class="hint">Read as ${KINDS[read.kind]}.</span>`}
        </div>
        ${state.files.length > 0 && html`<ul class="files">${state.files.map((file, at) => html`
          <li>${file.name} <span class="hint">${write.short(file.size)}B</span>
            <button type="button" class="quiet" aria-label=${`Remove ${file.name}`}
              onClick=${() => put((last) => ({ files: last.files.filter((_, each) => each !== at) }))}>×</button></li>`)}</ul>`}
      </div>
    <//>`;
}
