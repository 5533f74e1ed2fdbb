// The plan's own bounds, and whether they hold.
import { html } from "../../app/view.js";
import { Card, Problem, Scroll, Tag } from "../../app/parts.js";
import { useAnswer } from "../../app/asking.js";
import * as write from "../../app/words.js";

const CHECK = "/v1/plans/check";
const KINDS = { passed: "good", failed: "bad", unknown: "warn" };

export function PoliciesPanel({ api, plan, question, delay }) {
  const any = api.paths[CHECK] && Object.keys(plan.policies ?? {}).length > 0;
  const { answer, error } = useAnswer(CHECK, any ? question(plan) : null, delay);
  if (!any) return null;
  return html`
    <${Card} title="Policies" id="plan-policies" actions=${answer && html`<${Tag} kind=${answer.passed ? "good" : "bad"}>${answer.passed ? "all hold" : "breached"}<//>`}>
      <${Problem} error=${error} />
      ${answer && html`<${Scroll} label="Each policy and its verdict"><table>
        <thead><tr><th scope="col">Policy</th><th scope="col">Figure</th><th scope="col" class="r">Value</th><th scope="col" class="r">Bound</th><th scope="col">Verdict</th></tr></thead>
        <tbody>${answer.verdicts.map((each) => html`<tr><th scope="row">${each.policy}${each.about && html`<span class="hint wrap">${each.about}</span>`}</th>
          <td>${each.step ? `${each.step}: ` : ""}${write.words(each.figure)}, ${write.words(each.statistic)}</td><td class="r">${write.figure(each.value)}</td>
          <td class="r">${each.at_most === null ? `≥ ${write.figure(each.at_least)}` : `≤ ${write.figure(each.at_most)}`}</td>
          <td><${Tag} kind=${KINDS[each.status]} title=${each.reason}>${each.status}<//>${each.status === "unknown" && html`<span class="hint wrap">${each.reason}</span>`}</td></tr>`)}</tbody></table><//>`}
    <//>`;
}
