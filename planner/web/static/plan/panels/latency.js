// How long a user waits: each step behind those it waits for, and the whole as the server simulated it.
import { html } from "../../app/view.js";
import { Card } from "../../app/parts.js";
import * as write from "../../app/words.js";
import { Spread } from "./costs.js";

export function LatencyPanel({ report }) {
  if (!report.end_seconds) {
    return html`<${Card} title="Wait" id="plan-wait"><p class="hint">${write.sentence(report.why_no_latency ?? "no step states how long it takes")}.</p><//>`;
  }
  const timed = report.steps.filter((step) => step.seconds && step.seconds.p50 !== null);
  const rows = placed(timed.filter((step) => !step.background));
  const behind = timed.filter((step) => step.background);
  const most = Math.max(report.end_seconds.p95 ?? report.end_seconds.mean, ...rows.map((row) => row.begin + row.p95)); // the scale of the picture
  const at = (value) => `${(100 * value) / most}%`;
  return html`
    <${Card} title="Wait" id="plan-wait" note="seconds, simulated">
      <div class="figures-row">
        ${report.first_token_seconds && html`<${Spread} spread=${report.first_token_seconds} form=${write.seconds} about="To the first word" />`}
        <${Spread} spread=${report.end_seconds} form=${write.seconds} about="To the end" />
      </div>
      <ul class="waterfall" aria-label="Steps in time">${rows.map((row) => html`
        <li><span class="name">${row.name}</span>
          <span class="lane" aria-hidden="true"><span class="p95" style=${{ left: at(row.begin), width: at(row.p95) }}></span><span class="p50" style=${{ left: at(row.begin), width: at(row.p50) }}></span></span>
          <span class="hint">${write.seconds(row.p50)}, 1 of 20 over ${write.seconds(row.p95)}</span></li>`)}</ul>
      ${behind.length > 0 && html`<p class="hint">In the background, nobody waits: ${behind.map((step) => `${step.name} ${write.seconds(step.seconds.p50)}`).join(", ")}.</p>`}
      <p class="hint">A bar begins where the steps before it usually end; its pale part is the 95th percentile. Percentiles do not add up: the whole is simulated.</p>
    <//>`;
}

// Where each bar begins in the picture: behind the latest usual end of what it waits for.
function placed(steps) {
  const ends = new Map();
  return steps.map((step) => {
    const begin = Math.max(0, ...step.after.map((name) => ends.get(name) ?? 0));
    ends.set(step.name, begin + step.seconds.p50);
    return { name: step.name, begin, p50: step.seconds.p50, p95: step.seconds.p95 ?? step.seconds.p50 };
  });
}
