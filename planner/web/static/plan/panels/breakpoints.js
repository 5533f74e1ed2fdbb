// Where the plan breaks first.
import { html } from "../../app/view.js";
import { Card, Problem } from "../../app/parts.js";
import { useAnswer } from "../../app/asking.js";
import * as write from "../../app/words.js";

const PATH = "/v1/plans/breakpoints";

export function BreakpointsPanel({ api, plan, question, delay }) {
  const { answer, error } = useAnswer(PATH, api.paths[PATH] ? question(plan) : null, delay + 400);
  if (!api.paths[PATH]) return null;
  return html`<${Card} title="Where it breaks first" id="plan-breaks"><${Problem} error=${error} /><//>`;
}
