// Scenarios side by side, each as the server evaluates it.
import { html, useMemo } from "../../app/view.js";
import { Card, Scroll } from "../../app/parts.js";
import { useAnswer } from "../../app/asking.js";
import * as write from "../../app/words.js";

const FIGURES = [
  ["USD a request", (report) => write.usd(report.cost_per_request_usd.mean)],
  ["USD a user, a month", (report) => write.usd(report.cost_per_user_usd?.mean)],
  ["USD a month", (report) => write.usd(report.cost_per_month_usd.mean)],
  ["A month, 1 of 20 over", (report) => write.usd(report.cost_per_month_usd.p95)],
  ["First word, 1 of 20 over", (report) => write.seconds(report.first_token_seconds?.p95)],
  ["End, 1 of 20 over", (report) => write.seconds(report.end_seconds?.p95)],
  ["Gross margin", (report) => write.share(report.revenue?.gross_margin_share)],
];

export function ScenariosPanel({ plan, report, question, delay }) {
  const names = useMemo(() => Object.keys(plan.scenarios ?? {}), [plan]);
  if (names.length === 0) return null;
  return html`
    <${Card} title="Scenarios" id="plan-scenarios"><${Scroll} label="Scenarios side by side" kind="beside">
      <${Column} title="As planned" report=${report} />
      ${names.map((name) => html`<${Asked} key=${name} name=${name} about=${plan.scenarios[name].about} body=${question(plan, name)} delay=${delay} />`)}
    <//><//>`;
}

function Asked({ name, about, body, delay }) {
  const { answer, error } = useAnswer("/v1/plans/report", body, delay);
  return html`<${Column} title=${name} about=${about} report=${answer} fault=${error?.message} />`;
}

const Column = ({ title, about, report, fault }) => html`
  <section class="scenario"><h3>${title}</h3>
    ${fault && html`<p class="fault">${fault}</p>`}
    ${report && html`<dl>${FIGURES.map(([name, figure]) => html`<div><dt>${name}</dt><dd>${figure(report)}</dd></div>`)}</dl>`}
    ${about && html`<p class="hint">${about}</p>`}</section>`;
