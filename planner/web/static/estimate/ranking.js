// The models ranked, with bars, the window, and what the other variants would cost.
import { html, names } from "../app/view.js";
import { Bar, Card, Choice, Scroll, Tag } from "../app/parts.js";
import * as write from "../app/words.js";
import { VARIANTS } from "./question.js";

const COSTS = (row) => row.cost_per_month ?? row.cost_per_request;

export function Ranking({ answers, by, rankBy, row, pick }) {
  const { rows, refused, as_of: day, catalog, requests_per_month: requests } = answers[by].answer;
  const most = rows.reduce((best, each) => (Number(COSTS(each).usd) > best ? Number(COSTS(each).usd) : best), 0);
  const others = VARIANTS.filter(([name]) => name !== by);
  const unit = requests === null ? "a request" : "a month";
  return html`
    <${Card} title="Ranked by cost" id="ranking" note=${`Prices of ${write.date(day)}, catalog of ${write.date(catalog.observed)}`}
      actions=${html`<${Choice} label="Rank by" value=${by} options=${VARIANTS.map(([name, title]) => [name, title])} onValue=${rankBy} />`}>
      <p class="hint">${write.sentence(VARIANTS.find(([name]) => name === by)[2])}. A row shows its window, tokens and prices below.</p>
      <${Scroll} label="Models ranked by cost">
      <table class="ranking">
        <thead><tr><th scope="col">#</th><th scope="col">Model</th><th scope="col" class="r">Tokens</th><th scope="col" class="r">USD a request</th>
          ${requests !== null && html`<th scope="col" class="r">USD a month</th>`}
          ${others.map(([, title]) => html`<th scope="col" class="r">${title}</th>`)}<th scope="col">Window</th></tr></thead>
        <tbody>${rows.map((each) => html`
          <${Row} key=${each.model.requested} each=${each} most=${most} monthly=${requests !== null} chosen=${each === row} pick=${pick}
            others=${others.map(([name, title]) => [title, answers[name]])} unit=${unit} />`)}</tbody>
      </table><//>
      ${refused.length > 0 && html`<ul class="refused">${refused.map((each) => html`
        <li><strong>${each.requested}</strong> ${each.errors.map((said) => said.msg).join("; ")}</li>`)}</ul>`}
    <//>`;
}

function Row({ each, most, monthly, chosen, pick, others, unit }) {
  const { model, tokens, cost_per_request: request, parts, fit } = each;
  const cost = COSTS(each);
  const retires = each.warnings.find((said) => said.includes("retires on"));
  return html`
    <tr class=${names(chosen && "chosen")} onClick=${() => pick(model.requested)}>
      <td data-name="Rank">${each.rank}</td>
      <th scope="row"><button type="button" class="pick" aria-pressed=${chosen ? "true" : "false"}>${model.id}</button>
        <span class="hint">${model.provider}</span> ${retires && html`<${Tag} kind="warn" title=${retires}>retires</${Tag}>`}
        <span class="stack" aria-hidden="true"><${Bar} of=${Number(cost.usd)} most=${most} kind="cost" /></span></th>
      <td class="r" data-name="Tokens"><${Count} tokens=${tokens} /></td>
      <td class="r" data-name="USD a request" title=${`prompt ${write.usd(parts.prompt_usd)}, answer ${write.usd(parts.output_usd)}, fees ${write.usd(parts.fees_usd)}`}>${write.usd(request.usd)}</td>
      ${monthly && html`<td class="r" data-name="USD a month"><strong>${write.usd(cost.usd)}</strong><span class="hint">${bounds(cost, write.usd)}</span></td>`}
      ${others.map(([title, asked]) => html`<td class="r" data-name=${`${title}, ${unit}`}><${Other} asked=${asked} name=${model.requested} /></td>`)}
      <td data-name="Window"><${Room} fit=${fit} /></td>
    </tr>`;
}

const bounds = ({ low_usd: low, high_usd: high }, form) => (low === high ? "" : `${form(low)} – ${form(high)}`);

const Count = ({ tokens }) => html`${tokens.method === "exact" ? "" : "≈ "}${write.count(tokens.tokens)}
  <span class="hint">${tokens.method === "exact" ? "exact" : `${write.count(tokens.low)} – ${write.count(tokens.high)}`}</span>`;

// The same row under another variant; a dash says why there is none.
function Other({ asked, name }) {
  const found = asked.answer?.rows.find((row) => row.model.requested === name);
  if (found) return write.usd(COSTS(found).usd);
  const refused = asked.answer?.refused.find((row) => row.requested === name)?.errors ?? asked.error?.errors;
  if (!refused) return html`<span class="hint">…</span>`;
  return html`<span class="hint" title=${refused.map((each) => each.msg).join("; ")}>no price</span>`;
}

function Room({ fit }) {
  const check = fit.checks.find((each) => each.limit === fit.binding) ?? fit.checks[0];
  if (fit.fits === null) return html`<span class="hint">not known</span>`;
  if (!fit.fits) return html`<${Tag} kind="bad" title=${write.words(fit.binding)}>does not fit</${Tag}>`;
  return html`<span class="room"><${Bar} of=${check.needed_tokens} most=${check.allowed_tokens} kind="used" />
    <span class="hint">${write.share(check.head_room_share)} free</span></span>`;
}
