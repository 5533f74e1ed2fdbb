// The estimate: what a prompt costs on each model, whether it fits, and why.
import { html, useEffect, useMemo, useState } from "../app/view.js";
import { useAnswer, useFaults } from "../app/asking.js";
import { Notes, Problem, Waiting } from "../app/parts.js";
import { START, prompt, question, reading } from "./question.js";
import { PromptCard } from "./prompt.js";
import { VolumeCard } from "./volume.js";
import { ModelsCard } from "./models.js";
import { Ranking } from "./ranking.js";
import { WindowCard } from "./window.js";
import { TokensCard } from "./tokens.js";
import { PricesCard } from "../catalog/prices.js";

const AFTER_TYPING = 10;
const AFTER_FILES = 400;
const AFTERWARDS = 180; // what is not the ranking itself waits until typing pauses

export function EstimateView({ settings }) {
  const [state, change] = useState(START);
  const [models, choose] = useState(null);
  const [by, rankBy] = useState("plain");
  const [picked, pick] = useState(null);
  const put = (more) => change((last) => ({ ...last, ...(typeof more === "function" ? more(last) : more) }));
  useEffect(() => { if (settings && models === null) choose(settings.models); }, [settings]);
  const read = useMemo(() => reading(state.text, state.read), [state.text, state.read]);
  const asked = useMemo(() => prompt(state, read), [state.files, read]);
  const delay = state.files.length > 0 ? AFTER_FILES : AFTER_TYPING;
  const answers = {};
  for (const variant of ["plain", "cached", "batch"]) {
    const body = question(state, asked, models ?? [], variant);
    answers[variant] = useAnswer("/v1/estimate", body, variant === by ? delay : delay + AFTERWARDS);
  }
  const main = answers[by];
  const faults = useFaults(main.error);
  const rows = main.answer?.rows ?? [];
  const row = rows.find((each) => each.model.requested === picked) ?? rows[0];
  const ranking = useMemo(
    () => main.answer && html`<${Ranking} answers=${answers} by=${by} rankBy=${rankBy} row=${row} pick=${pick} />`,
    [...Object.values(answers).flatMap(({ answer, error }) => [answer, error]), by, row],
  );
  const detail = row && asked ? { row, asked, delay: delay + AFTERWARDS } : null;
  return html`
    <div class="two">
      <div class="inputs">
        <${PromptCard} state=${state} put=${put} read=${read} faults=${faults} />
        <${VolumeCard} state=${state} put=${put} faults=${faults} />
        <${ModelsCard} chosen=${models ?? []} choose=${choose} usual=${settings?.models ?? []} />
      </div>
      <div class="results" aria-busy=${main.pending ? "true" : "false"}>
        <${Problem} error=${main.error} />
        <${Waiting} asked=${main}>Counting and pricing …<//>
        ${asked === null && html`<${Welcome} />`}
        ${main.answer && asked && html`
          ${ranking}
          <${Notes} title="What these figures assume" items=${main.answer.assumptions} />`}
        ${detail && html`
          <${WindowCard} ...${detail} messages=${read.messages} answer=${main.answer} state=${state} />
          <${TokensCard} ...${detail} text=${state.text} read=${read} />
          <${PricesCard} id=${row.model.id} provider=${row.model.provider} level="estimate" />`}
      </div>
    </div>`;
}

const Welcome = () => html`
  <section class="card welcome"><h2>What will it cost, and does it fit?</h2>
    <p>Paste the prompt that your feature will send, or drop a file. Each model's tokens, cost a request and a month, and the room
      left in its window stand here as you type.</p>
    <p class="hint">The server counts offline: no provider sees the prompt, and nothing of it is kept.</p>
  </section>`;
