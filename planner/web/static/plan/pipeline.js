// The pipeline as a row of steps: what each is, what it costs, how often it is taken.
import { html, names } from "../app/view.js";
import { Bar, Tag } from "../app/parts.js";
import * as write from "../app/words.js";

export function Pipeline({ plan, report, picked, pick, faults }) {
  const told = new Map((report?.steps ?? []).map((step) => [step.name, step]));
  return html`
    <ol class="pipeline" aria-label="Steps">${Object.entries(plan.steps ?? {}).map(([name, step]) => html`
      <li key=${name}><button type="button" class=${names("step", picked === name && "picked")} aria-pressed=${picked === name ? "true" : "false"} onClick=${() => pick(picked === name ? null : name)}>
        <span class="kind">${String(step.kind ?? "").replaceAll("_", " ")}${step.background ? ", in the background" : ""}</span>
        <strong>${name}</strong>
        <span class="hint">${models(step)}</span>
        ${step.after && html`<span class="hint">${step.after.length > 0 ? `after ${step.after.join(", ")}` : "at once"}</span>`}
        ${told.has(name) && html`<${Told} step=${told.get(name)} />`}
        ${[...faults.keys()].some((path) => path.startsWith(`steps.${name}.`)) && html`<${Tag} kind="bad">to mend</${Tag}>`}
      </button></li>`)}</ol>`;
}

const Told = ({ step }) => html`
  <${Bar} of=${step.cost_share} most=${1} kind="cost" />
  <span>${write.usd(step.usd_per_request)} <span class="hint">a request</span></span>
  <span class="hint">${write.share(step.cost_share)} of the cost${step.share < 1 ? `, taken by ${write.share(step.share)}` : ""}</span>`;

function models(step) {
  const routes = Object.values(step.routes ?? {}).map((route) => route.model ?? step.model);
  return [...new Set(routes.length > 0 ? routes : [step.model])].filter(Boolean).join(", ") || "no model";
}
