// A question beside the plan: one verb of the server, its example to start from, any value to edit, its answer drawn.
import { html, useMemo, useState } from "../../app/view.js";
import { Card, Notes, Problem } from "../../app/parts.js";
import { useAnswer } from "../../app/asking.js";
import { Editor } from "../editor.js";
import { put } from "../paths.js";
import { exampleOf, schemaOf } from "../schema.js";
import { byPath } from "../faults.js";

export function Beside({ api, path, example, title, about, Drawn, id }) {
  const [body, change] = useState(() => exampleOf(api, path, example));
  const [opened, open] = useState(false);
  const { answer, error } = useAnswer(path, body ?? null, 250);
  const faults = useMemo(() => byPath(error), [error]);
  if (!body) return null;
  return html`
    <${Card} title=${title} id=${id} actions=${html`<button type="button" class="quiet" aria-expanded=${opened ? "true" : "false"} onClick=${() => open(!opened)}>${opened ? "Close the figures" : "Put in your figures"}</button>`}>
      <p class="hint">${about}</p>
      ${opened && html`<${Editor} api=${api} schema=${schemaOf(api, path)} value=${body} faults=${faults} change=${(at, value) => change((last) => put(last, at, value))} />`}
      <${Problem} error=${error} />
      ${answer && html`<${Drawn} answer=${answer} body=${body} /><${Notes} items=${[...(answer.assumptions ?? []), ...(answer.warnings ?? [])]} />`}
    <//>`;
}
