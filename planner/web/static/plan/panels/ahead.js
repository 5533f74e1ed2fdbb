// The months ahead and what is announced; what the figures stand on.
import { html } from "../../app/view.js";
import { Card, Notes, Tag } from "../../app/parts.js";
import { Chart, centred } from "../../app/chart.js";
import * as write from "../../app/words.js";

export function AheadPanel({ report }) {
  const { months, events } = report;
  if (months.length < 2 && events.length === 0) return null;
  const told = `Cost a month: ${months.map((each) => `month ${each.month}, ${write.usd(each.usd)}`).join("; ")}`;
  return html`
    <${Card} title="Ahead" id="plan-ahead">
      ${months.length > 1 && html`<${Chart} told=${told} height=${170} data=${[months.map((each) => each.month), months.map((each) => each.usd)]} y=${write.usd} range=${[0.4, months.length + 0.6]}
        x=${(tick) => (Number.isInteger(tick) ? `month ${tick}` : "")} series=${[{ label: "USD", colour: "--c1", fill: "--c1-soft", paths: centred }]} />`}
      <ul class="plainlist">${events.map((each) => html`<li><${Tag} kind="warn">${write.date(each.date)}</${Tag}> ${each.text} <span class="hint">${each.steps.join(", ")}${each.cost_change_share === null ? "" : `, ${write.share(each.cost_change_share)} on the cost`}</span></li>`)}</ul>
    <//>`;
}

export function GroundsPanel({ report }) {
  const unsure = report.assumptions.filter((each) => each.basis !== "stated");
  return html`
    <${Card} title="What this stands on" id="plan-grounds">
      <${Notes} title="Warnings" items=${report.warnings} />
      <${Notes} title="Estimated or unknown" items=${unsure.map((each) => `${each.path}: ${each.text}`)} />
      <${Notes} title="Stated by the plan" items=${report.assumptions.filter((each) => each.basis === "stated").map((each) => `${each.path}: ${each.text}`)} />
    <//>`;
}
