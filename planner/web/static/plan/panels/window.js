// How much of each call's window is left.
import { html } from "../../app/view.js";
import { Bar, Card, Scroll, Tag } from "../../app/parts.js";
import * as write from "../../app/words.js";
import { called } from "./costs.js";

export function WindowsPanel({ report }) {
  const calls = report.steps.flatMap((step) => step.calls.map((call) => ({ ...call, name: called(step, call) }))).filter((call) => call.fit?.checks.length > 0);
  if (calls.length === 0) return null;
  return html`
    <${Card} title="Windows" id="plan-windows" note="at the high bound, the longest answer included"><${Scroll} label="The window of each call"><table class="limits">
      <thead><tr><th scope="col">Call</th><th scope="col" class="r">Needed</th><th scope="col" class="r">Allowed</th><th scope="col">Left</th></tr></thead>
      <tbody>${calls.map((call) => {
        const check = call.fit.checks.find((each) => each.limit === call.fit.binding) ?? call.fit.checks[0];
        return html`<tr><th scope="row">${call.name} <span class="hint">${call.model?.id}</span></th><td class="r">${write.count(check.needed_tokens)}</td><td class="r">${write.count(check.allowed_tokens)}</td>
          <td>${call.fit.fits === false ? html`<${Tag} kind="bad">does not fit</${Tag}>` : html`<${Bar} of=${check.needed_tokens} most=${check.allowed_tokens} kind="used" /><span class="hint">${write.share(check.head_room_share)} free</span>`}</td></tr>`;
      })}</tbody></table><//><//>`;
}
