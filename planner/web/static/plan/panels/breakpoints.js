// Where the plan breaks first: the input that is nearest to a breach, then the next.
import { html, useState } from "../../app/view.js";
import { Card, Notes, Problem, Scroll, Steps, Tag } from "../../app/parts.js";
import { useAnswer } from "../../app/asking.js";
import * as write from "../../app/words.js";

const PATH = "/v1/plans/breakpoints";

// Asked for by hand: it takes the server seconds, so that it must not follow every key.
export function BreakpointsPanel({ api, plan, question }) {
  const [looked, look] = useState(null);
  const any = api.paths[PATH] && Object.keys(plan.policies ?? {}).length > 0;
  const { answer, error, pending } = useAnswer(PATH, any && looked ? question(looked) : null, 0);
  if (!any) return null;
  return html`
    <${Card} title="Where it breaks first" id="plan-breaks" note="each input moved alone, until a policy tips">
      ${looked !== plan && html`<p><button type="button" onClick=${() => look(plan)}>${looked ? "Look again" : "Look for it"}</button>
        <span class="hint">${looked ? "The plan has changed since." : "It evaluates the plan some hundred times."}</span></p>`}
      ${pending && html`<p class="hint" role="status">Looking; this may take a minute …</p>`}
      <${Problem} error=${error} />
      ${answer && html`<${Nearest} answer=${answer} /><${Notes} title="Inputs that break nothing" items=${answer.safe} />`}
    <//>`;
}

const Nearest = ({ answer }) => html`
  <${Steps} items=${answer.breakpoints} step=${12}>${(shown) => html`
    <${Scroll} label="Break-points"><table>
      <thead><tr><th scope="col">Input</th><th scope="col" class="r">Now</th><th scope="col" class="r">Tips at</th><th scope="col" class="r">Change</th><th scope="col">Policy</th></tr></thead>
      <tbody>${shown.map((each) => html`<tr><th scope="row">${each.path.replaceAll(".", " / ").replaceAll("_", " ")}</th><td class="r">${write.figure(each.value)}</td><td class="r"><strong>${write.figure(each.at)}</strong></td>
        <td class="r">${write.change(each.change_share)}</td><td>${each.policy} <${Tag} kind=${each.tips === "fails" ? "bad" : "good"}>${each.tips}</${Tag}></td></tr>`)}</tbody></table><//>`}<//>
  ${answer.breakpoints.length === 0 && html`<p class="hint">Nothing within ten times its value breaks a policy.</p>`}`;
