// Retrieval against a long prompt: each option's cost, and where two of them cost the same.
import { html } from "../../app/view.js";
import { Bar, Scroll, Tag } from "../../app/parts.js";
import * as write from "../../app/words.js";

export function Retrieval({ answer }) {
  const most = answer.options.reduce((best, each) => (each.cost_per_month_usd > best ? each.cost_per_month_usd : best), 0);
  const crossing = answer.break_evens.filter((each) => each.queries_per_month !== null);
  return html`
    <${Scroll} label="Options"><table><thead><tr><th scope="col">Option</th><th scope="col" class="r">Prompt</th><th scope="col" class="r">USD a query</th><th scope="col" class="r">USD a month</th></tr></thead>
      <tbody>${answer.options.map((each) => html`<tr class=${each.option === answer.cheapest ? "chosen" : ""}><th scope="row">${each.option} ${each.fits === false && html`<${Tag} kind="bad">does not fit</${Tag}>`}
        <${Bar} of=${each.cost_per_month_usd} most=${most} kind="cost" /></th><td class="r">${write.count(each.prompt_tokens)}</td><td class="r">${write.usd(each.cost_per_query_usd)}</td><td class="r">${write.usd(each.cost_per_month_usd)}</td></tr>`)}</tbody></table><//>
    ${crossing.length > 0 && html`<details class="notes"><summary>Where two cost the same (${crossing.length})</summary><ul>${crossing.map((each) => html`
      <li>At ${write.count(each.queries_per_month)} queries a month: below, ${each.cheaper_below}; above, ${each.cheaper_above}.</li>`)}</ul></details>`}`;
}
