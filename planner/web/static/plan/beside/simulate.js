// What a month may cost: its histogram, and which input moves it most.
import { html } from "../../app/view.js";
import { Chart, columns } from "../../app/chart.js";
import * as write from "../../app/words.js";

export function Simulated({ answer }) {
  const { month, budget, histogram } = answer;
  const marks = month ? [{ at: month.p50_usd, label: "half" }, { at: month.p95_usd, label: "19 of 20" }] : [];
  const over = budget ? ` More than ${write.usd(budget.budget_usd)} in ${write.share(budget.breach_probability)} of the months.` : "";
  return html`
    ${month && html`<p>A month costs <strong>${write.usd(month.mean_usd)}</strong> on average, less than ${write.usd(month.p95_usd)} in 19 of 20.${over}</p>`}
    ${histogram?.length > 0 && html`<${Chart} told=${`Months by cost: ${histogram.map((each) => `${write.usd(each.low_usd)} to ${write.usd(each.high_usd)}, ${write.share(each.month_share)}`).join("; ")}`}
      data=${[histogram.map((each) => each.low_usd), histogram.map((each) => each.month_share)]} x=${write.usd} y=${write.share} height=${180} range=${[histogram[0].low_usd, histogram.at(-1).high_usd]} marks=${marks}
      series=${[{ label: "months", colour: "--c1", fill: "--c1-soft", paths: columns }]} />`}
    ${answer.tornado?.length > 0 && html`<h3>What moves the month most</h3><${Tornado} rows=${answer.tornado} />`}`;
}

export function Tornado({ rows }) {
  const ends = rows.flatMap((row) => [row.low_usd, row.high_usd]);
  const low = Math.min(...ends);
  const width = Math.max(...ends) - low || 1; // the scale of the picture
  const at = (value) => (100 * (value - low)) / width;
  return html`<ul class="tornado">${rows.map((row) => {
    const [from, to] = [row.low_usd, row.high_usd].sort((a, b) => a - b);
    return html`<li><span class="name">${write.words(row.input)} <span class="hint">${write.figure(row.low)} – ${write.figure(row.high)}</span></span>
      <span class="lane" aria-hidden="true"><span class="swing" style=${{ left: `${at(from)}%`, width: `${Math.max(0.5, at(to) - at(from))}%` }}></span></span>
      <span class="hint">${write.usd(row.low_usd)} – ${write.usd(row.high_usd)}</span></li>`;
  })}</ul>`;
}
