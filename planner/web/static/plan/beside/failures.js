// The failure-mode matrix: how often, how dear, whether seen, what is done, what is left.
import { html } from "../../app/view.js";
import { Scroll, Tag } from "../../app/parts.js";
import * as write from "../../app/words.js";

export const Failures = ({ answer }) => html`
  <p><${Tag} kind=${answer.verdict === "tolerable" ? "good" : "bad"}>${answer.verdict}</${Tag}> A request loses ${write.usd(answer.loss_before_usd)} without mitigation, ${write.usd(answer.residual_loss_usd)} with it;
    mitigation costs ${write.usd(answer.mitigation_usd)}.</p>
  ${answer.reasons.length > 0 && html`<ul class="plainlist">${answer.reasons.map((text) => html`<li>${text}</li>`)}</ul>`}
  <${Scroll} label="Failure modes"><table>
    <thead><tr><th scope="col">Failure</th><th scope="col" class="r">Rate</th><th scope="col" class="r">Loss</th><th scope="col">Mitigation</th><th scope="col" class="r">Unseen after</th><th scope="col" class="r">Loss after</th><th scope="col">Verdict</th></tr></thead>
    <tbody>${answer.rows.map((row) => html`<tr><th scope="row">${write.words(row.mode)}<span class="hint">${row.step}</span></th><td class="r">${write.share(row.rate)}</td><td class="r">${write.usd(row.loss_before_usd)}</td>
      <td>${row.mitigation ?? write.NONE}${row.pays === false ? html` <${Tag} kind="warn">does not pay</${Tag}>` : ""}</td><td class="r">${write.share(row.residual_undetected_rate)}</td><td class="r">${write.usd(row.residual_loss_usd)}</td>
      <td><${Tag} kind=${row.verdict === "tolerable" ? "good" : "bad"}>${row.verdict}</${Tag}></td></tr>`)}</tbody></table><//>`;
