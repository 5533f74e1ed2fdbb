// A model's prices through time: past, current and announced, with sources.
import { html, useState } from "../app/view.js";
import { Card, Problem, Scroll, SelectField } from "../app/parts.js";
import { useLook } from "../app/asking.js";
import { modelPath } from "../app/server.js";
import { Chart, steps } from "../app/chart.js";
import * as write from "../app/words.js";

const LINES = [
  ["input_tokens", "Input", "--c1"],
  ["cache_read_tokens", "Cached input", "--c3"],
  ["output_tokens", "Output", "--c2"],
];
const DAY = 86400;

export function PricesCard({ id, provider }) {
  const { answer, error } = useLook(`${modelPath(id)}/prices`, { provider }, 180);
  const [offer, choose] = useState("");
  if (!answer || answer.model.id !== id || answer.model.provider !== provider) return html`<${Problem} error=${error} />`;
  const offers = [...new Map(answer.prices.map((set) => [named(set), set])).keys()];
  const name = offers.includes(offer) ? offer : offers[0];
  const sets = answer.prices.filter((set) => named(set) === name);
  const announced = answer.prices.filter((set) => set.status === "announced");
  return html`
    <${Card} title=${`${id}: prices`} id="prices" note="USD a million tokens, unless stated otherwise">
      ${announced.length > 0 && html`<p class="announced"><strong>Announced:</strong> ${announced.map((set) => html`<span>from ${write.date(set.valid_from)}, ${named(set)}: ${listed(set)}. </span>`)}</p>`}
      ${offers.length > 1 && html`<${SelectField} label="Offer" value=${name} options=${offers.map((each) => [each, each])} onValue=${choose} />`}
      <${History} sets=${sets} />
      <details class="notes"><summary>Figures with source and date (${sets.length})</summary><${Scroll} label="Prices with sources"><table>
        <thead><tr><th scope="col">When</th><th scope="col">Bucket</th><th scope="col" class="r">USD</th><th scope="col">Source</th></tr></thead>
        <tbody>${sets.flatMap((set) => set.rates.map((rate) => html`<tr><td>${span(set)}</td><th scope="row">${write.words(rate.bucket)}</th>
          <td class="r">${rate.usd_per_unit}</td><td>${rate.source}, ${write.date(rate.observed)}</td></tr>`))}</tbody></table><//></details>
    <//>`;
}

// The terms of a set of rates in one line; sets of the same terms follow each other in time.
function named(set) {
  const terms = set.conditions.filter((each) => !/^(service_tier|from|until|region|basis)=/.test(each));
  return [set.service_tier, set.region, ...terms].filter(Boolean).join(", ");
}

const listed = (set) => LINES.flatMap(([bucket, title]) => set.rates.filter((rate) => rate.bucket === bucket).map((rate) => `${title.toLowerCase()} ${write.usd(rate.usd_per_unit)}`)).join(", ");

const span = (set) => `${set.valid_from ? write.date(set.valid_from) : "always"} – ${set.valid_to ? write.date(set.valid_to) : set.status === "announced" ? "then on" : "now"}`;

const at = (moment) => new Date(moment).getTime() / 1000;

function History({ sets }) {
  const lines = LINES.filter(([bucket]) => sets.some((set) => set.rates.some((rate) => rate.bucket === bucket)));
  if (lines.length === 0) return html`<p class="hint">It has no price by tokens.</p>`;
  const now = Date.now() / 1000;
  const known = sets.filter((set) => set.valid_from).sort((a, b) => at(a.valid_from) - at(b.valid_from));
  if (known.length === 0) return html`<p>${write.sentence(listed(sets[0]))}, as far back as the catalog knows.</p>`;
  if (known.length === 1) return html`<p>${write.sentence(listed(known[0]))}, ${span(known[0])}: no other price is known.</p>`;
  const ends = known.flatMap((set) => [set.valid_from, set.valid_to]).filter(Boolean).map(at);
  const last = Math.max(now, ...ends) + 20 * DAY;
  const moments = [...new Set([...ends, last])].sort((a, b) => a - b);
  const data = [moments, ...lines.map(([bucket]) => moments.map((moment) => price(known, bucket, moment)))];
  const series = lines.map(([, label, colour]) => ({ label, colour, paths: steps }));
  const told = `Price history. ${known.map((set) => `${span(set)}: ${listed(set)}`).join(". ")}`;
  return html`
    <${Chart} data=${data} series=${series} time=${true} told=${told} x=${(tick) => write.dayAndYear(tick * 1000)} y=${write.usd} height=${170} marks=${[{ at: now, label: "today" }]} />
    <ul class="legend">${lines.map(([bucket, label, colour]) => html`<li><span class="swatch" style=${{ background: `var(${colour})` }} aria-hidden="true"></span>${label} ${current(known, bucket)}</li>`)}</ul>`;
}

function price(sets, bucket, moment) {
  const set = sets.findLast((each) => at(each.valid_from) <= moment && (!each.valid_to || moment < at(each.valid_to)));
  const rate = set?.rates.find((each) => each.bucket === bucket);
  return rate ? Number(rate.usd_per_unit) : null;
}

const current = (sets, bucket) => write.usd(sets.findLast((set) => set.status === "current")?.rates.find((rate) => rate.bucket === bucket)?.usd_per_unit);
