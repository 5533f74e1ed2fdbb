// What a request, a user and a month cost.
import { html } from "../../app/view.js";
import { Card, Scroll } from "../../app/parts.js";
import * as write from "../../app/words.js";

export const Spread = ({ spread, form, about }) => html`
  <div class="figure"><span class="hint">${about}</span><strong>${form(spread.mean)}</strong>
    <span class="hint">${spread.p50 === null ? (spread.why ?? "") : `usually ${form(spread.p50)}, 1 of 20 over ${form(spread.p95)}`}</span></div>`;

// A call by its step, and by its way through the step where there are several.
export const called = (step, call) => (call.name && call.name !== step.name ? `${step.name}: ${call.name.replace("->", "→")}` : step.name);

export function CostsPanel({ report }) {
  const { traffic } = report;
  return html`
    <${Card} title="Cost" id="plan-cost" note=${`Prices of ${write.date(report.as_of)}; ${write.short(traffic.requests_per_month)} requests a month`}>
      <div class="figures-row">
        <${Spread} spread=${report.cost_per_request_usd} form=${write.usd} about="A request" />
        ${report.cost_per_user_usd && html`<${Spread} spread=${report.cost_per_user_usd} form=${write.usd} about="A user, a month" />`}
        <${Spread} spread=${report.cost_per_month_usd} form=${write.usd} about="A month" />
      </div>
      <${Scroll} label="Cost by step and call"><table>
        <thead><tr><th scope="col">Step</th><th scope="col">Model</th><th scope="col" class="r">Prompt</th><th scope="col" class="r">Answer</th><th scope="col" class="r">USD a request</th><th scope="col" class="r">USD a month</th></tr></thead>
        <tbody>${report.steps.flatMap((step) => [
          ...step.calls.map((call) => html`<tr><th scope="row">${called(step, call)}</th><td>${call.model?.id ?? write.NONE}</td><td class="r">${call.prompt ? write.count(call.prompt.tokens) : write.NONE}</td>
            <td class="r">${write.count(call.output_tokens)}</td><td class="r">${write.usd(call.usd_per_request)}</td><td class="r">${write.usd(call.usd_per_month)}</td></tr>`),
          ...(step.calls.length === 0 || step.other_usd_per_request || step.fixed_usd_per_month
            ? [html`<tr><th scope="row">${step.name}${step.calls.length > 0 ? ", beside tokens" : ""}</th><td>${write.NONE}</td><td class="r">${write.NONE}</td><td class="r">${write.NONE}</td>
              <td class="r">${write.usd(step.other_usd_per_request)}</td><td class="r">${step.calls.length > 0 ? (step.fixed_usd_per_month ? `${write.usd(step.fixed_usd_per_month)} fixed` : write.NONE) : write.usd(step.usd_per_month)}</td></tr>`]
            : []),
        ])}</tbody></table><//>
    <//>`;
}
