// What is left of what a user pays, and of which users.
import { html } from "../../app/view.js";
import { Bar, Card, Scroll } from "../../app/parts.js";
import * as write from "../../app/words.js";

export function MarginPanel({ report }) {
  const { revenue, segments } = report;
  if (!revenue) return null;
  const facts = [
    ["Price", write.usd(revenue.price_usd_per_user_per_month)],
    ["Cost", write.usd(revenue.cost_usd_per_user_per_month)],
    ["Left", write.usd(revenue.contribution_usd_per_user_per_month)],
    ["Gross margin", write.share(revenue.gross_margin_share)],
    ["Price for the margin wanted", write.usd(revenue.target_price_usd_per_user_per_month)],
    ["Breaks even at, requests of a user", write.count(revenue.break_even_requests_per_user_per_month)],
  ].filter(([, value]) => value !== write.NONE);
  return html`
    <${Card} title="Margin" id="plan-margin" note="of a user, a month">
      <dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
      <${Bar} of=${revenue.cost_usd_per_user_per_month} most=${revenue.price_usd_per_user_per_month} kind="cost" />
      ${segments.length > 0 && html`<${Scroll} label="Kinds of users"><table><thead><tr><th scope="col">Users</th><th scope="col" class="r">Share</th><th scope="col" class="r">Requests</th><th scope="col" class="r">Cost</th><th scope="col" class="r">Left</th></tr></thead>
        <tbody>${segments.map((each) => html`<tr><th scope="row">${each.name}</th><td class="r">${write.share(each.users_share)}</td><td class="r">${write.count(each.requests_per_user_per_month)}</td>
          <td class="r">${write.usd(each.cost_usd_per_user_per_month)}</td><td class="r">${write.usd(each.contribution_usd_per_user_per_month)}</td></tr>`)}</tbody></table><//>`}
    <//>`;
}
