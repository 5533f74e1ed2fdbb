// The window of the chosen model as a bar: system, history, documents, the answer, and what is left.
import { html } from "../app/view.js";
import { Card, Notes, Problem, Scroll, number } from "../app/parts.js";
import { useAnswer } from "../app/asking.js";
import * as write from "../app/words.js";

const KINDS = {
  system: "System", tools: "Tools", history: "History", last: "Last message", text: "Prompt",
  documents: "Documents", images: "Images", other: "Around messages", output: "Answer", reasoning: "Reasoning", free: "Head-room",
};

export function WindowCard({ row, asked, delay, messages, answer, state }) {
  const { model, fit } = row;
  const { answer: tokens, error } = useAnswer("/v1/tokens", { ...asked, model: model.id, provider: model.provider }, delay);
  const window = fit.checks.find((each) => each.limit === "context_window") ?? fit.checks[0];
  const mine = tokens?.model.id === model.id && tokens.model.provider === model.provider;
  const segments = [
    ...(mine ? tokens.parts.map((part) => ({ name: part.name, kind: kind(part.name, messages), tokens: part.tokens, size: part.high })) : []),
    { name: "answer", kind: "output", tokens: answer.output_tokens, size: Number(state.spread ? number(state.outputHigh) : answer.output_tokens) || 0 },
    ...(answer.reasoning_tokens ? [{ name: "reasoning", kind: "reasoning", tokens: answer.reasoning_tokens, size: answer.reasoning_tokens }] : []),
  ];
  return html`
    <${Card} title=${`${model.id}: the window`} id="window" note=${window ? `${write.count(window.allowed_tokens)} tokens (${write.words(window.limit)})` : "its limits are not known"}>
      <${Problem} error=${error} />
      ${window && html`
        <p>${window.fits ? "" : "Does not fit. "}${write.count(window.needed_tokens)} tokens are needed at the high bound, answer included;
          <strong> ${window.head_room_tokens < 0 ? `${write.count(-window.head_room_tokens)} too many` : `${write.count(window.head_room_tokens)} are left (${write.share(window.head_room_share)})`}</strong>.</p>
        <div class="windowbar whole" role="img" aria-label=${`${write.share(window.head_room_share)} of the window is free`}>
          ${segments.map(stretch)}${window.head_room_tokens > 0 && stretch({ name: "head-room", kind: "free", size: window.head_room_tokens, tokens: window.head_room_tokens })}
        </div>
        <p class="hint">What fills it, enlarged:</p>
        <div class="windowbar" role="img" aria-label=${segments.map((each) => `${each.name}: ${write.count(each.tokens)} tokens`).join(", ")}>${segments.map(stretch)}</div>
        <ul class="legend">${[...new Set(segments.map((each) => each.kind))].map((each) => html`<li><span class=${`swatch k-${each}`} aria-hidden="true"></span>${KINDS[each]}</li>`)}
          <li><span class="swatch k-free" aria-hidden="true"></span>Head-room</li></ul>
        <details class="notes"><summary>Parts (${segments.length})</summary>
          <table><thead><tr><th scope="col">Part</th><th scope="col" class="r">Tokens</th></tr></thead>
            <tbody>${segments.map((each) => html`<tr><th scope="row">${each.name}</th><td class="r">${write.count(each.tokens)}</td></tr>`)}</tbody></table></details>`}
      ${fit.checks.length > 1 && html`<${Scroll} label="Limits"><table class="limits"><thead><tr><th scope="col">Limit</th><th scope="col" class="r">Allowed</th><th scope="col" class="r">Needed</th><th scope="col" class="r">Left</th></tr></thead>
        <tbody>${fit.checks.map((each) => html`<tr><th scope="row">${write.words(each.limit)}${each.limit === fit.binding ? " (binds)" : ""}</th>
          <td class="r">${write.count(each.allowed_tokens)}</td><td class="r">${write.count(each.needed_tokens)}</td><td class="r">${write.share(each.head_room_share)}</td></tr>`)}</tbody></table><//>`}
      <${Notes} title="Remarks" items=${row.warnings} />
    <//>`;
}

const stretch = ({ name, kind, size, tokens }) => html`<span class=${`k-${kind}`} style=${{ flexGrow: String(size) }} title=${`${name}: ${write.count(tokens)} tokens`}></span>`;

// What a part is, by its name and by the role of the message that it stands for.
function kind(name, messages) {
  const at = /^messages\[(\d+)\]/.exec(name)?.[1];
  if (at !== undefined && Array.isArray(messages)) {
    if (["system", "developer"].includes(messages[at]?.role)) return "system";
    return Number(at) === messages.length - 1 ? "last" : "history";
  }
  return Object.keys(KINDS).find((each) => name.startsWith(each)) ?? "other";
}
