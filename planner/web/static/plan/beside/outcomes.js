// Cost against quality: each model, the frontier between them, what a router reaches, the point chosen.
import { html } from "../../app/view.js";
import { Scroll } from "../../app/parts.js";
import { Chart } from "../../app/chart.js";
import * as write from "../../app/words.js";

export function Outcomes({ answer }) {
  const points = [...answer.frontier].sort((a, b) => a.cost_usd - b.cost_usd);
  const bounds = answer.router?.bounds ?? answer.pair?.bounds ?? [];
  const routed = answer.router?.curve ?? [];
  const chosen = answer.router?.choice.test;
  const costs = [...new Set([...answer.models, ...points, ...routed].map((each) => each.cost_usd).concat(bounds.flatMap((each) => [each.oracle_cost_usd, each.random_cost_usd]), chosen?.cost_usd ?? []))].sort((a, b) => a - b);
  const along = (list, cost, score) => costs.map((each) => list.find((point) => point[cost] === each)?.[score] ?? null);
  return html`
    <${Chart} zero=${false} height=${240} told=${`Cost against quality: ${answer.models.map((each) => `${each.model} ${write.usd(each.cost_usd)}, ${write.share(each.score)}`).join("; ")}`}
      data=${[costs, along(answer.models, "cost_usd", "score"), along(routed, "cost_usd", "score"), along(bounds, "oracle_cost_usd", "oracle_score"), along(bounds, "random_cost_usd", "random_score")]}
      x=${write.usd} y=${write.share} marks=${chosen ? [{ at: chosen.cost_usd, label: `chosen: ${write.share(chosen.score)}`, colour: "--c2" }] : []}
      series=${[{ label: "models", colour: "--c1", paths: () => null, points: true }, { label: "your router", colour: "--c2", joined: true }, { label: "best possible router", colour: "--c3", joined: true }, { label: "router by chance", colour: "--c7", dash: [5, 4], joined: true }]} />
    <ul class="legend"><li><span class="swatch s1" aria-hidden="true"></span>models</li>${routed.length > 0 && html`<li><span class="swatch s2" aria-hidden="true"></span>your router</li>`}<li><span class="swatch s3" aria-hidden="true"></span>best possible router</li><li><span class="swatch s7" aria-hidden="true"></span>router by chance</li></ul>
    <${Scroll} label="Models compared"><table><thead><tr><th scope="col">Model</th><th scope="col" class="r">USD a request</th><th scope="col" class="r">Quality</th><th scope="col">Beaten by</th></tr></thead>
      <tbody>${answer.models.map((each) => html`<tr><th scope="row">${each.model}</th><td class="r">${write.usd(each.cost_usd)}</td><td class="r">${write.share(each.score)}</td><td>${each.dominated_by ?? write.NONE}</td></tr>`)}</tbody></table><//>`;
}
