// The text as the tokenizer sees it: each token in a colour, the next in another.
import { html, useMemo, useState } from "../app/view.js";
import { Card, Problem, Scroll, SelectField, Tag } from "../app/parts.js";
import { useAnswer } from "../app/asking.js";
import * as write from "../app/words.js";

const MOST_PIECES = 1500;

export function TokensCard({ row, delay, text, read }) {
  const [at, show] = useState(null);
  const texts = read.kind === "text" ? [["text", text]] : said(read.messages);
  const [name, shown] = texts.find(([each]) => each === at) ?? texts.at(-1) ?? ["", ""];
  const { id, provider } = row.model;
  const body = shown ? { model: id, provider, text: shown, most_pieces: MOST_PIECES } : null;
  const { answer, error } = useAnswer("/v1/tokens/pieces", body, delay);
  const pieces = useMemo(() => answer?.pieces.map((piece, each) => html`<span class=${`t${each % 5}`} title=${piece.ids.join(" ")}>${visible(piece.text)}</span>`), [answer]);
  if (!shown) return null;
  const exact = answer?.method === "exact";
  return html`
    <${Card} title="Token by token" id="tokens" note=${answer && `${write.count(answer.tokens)} tokens of ${answer.encoding}`}
      actions=${answer && html`<${Tag} kind=${exact ? "good" : "warn"} title=${answer.warnings.join("; ")}>${answer.method}<//>`}>
      ${texts.length > 1 && html`<${SelectField} label="Which message" value=${name} options=${texts.map(([each, words]) => [each, `${each}: ${words.slice(0, 40)}`])} onValue=${show} />`}
      <${Problem} error=${error} />
      ${answer && html`
        ${!exact && html`<p class="hint">${write.sentence(answer.warnings.at(-1) ?? "this model's own tokenizer may cut elsewhere")}.</p>`}
        <${Scroll} kind="pieces" label="The text, token by token">${pieces}${!answer.complete && html`<span class="hint"> … the rest is counted, not shown</span>`}<//>`}
    <//>`;
}

// Line ends as one sees them, and the line break itself.
const visible = (text) => text.replace(/\n/g, "↵\n").replace(/\t/g, "→\t");

// The texts of messages, by their place.
function said(messages) {
  if (!Array.isArray(messages)) return [];
  return messages.flatMap(({ role, content, parts } = {}, at) => {
    const held = typeof content === "string" ? [content] : (Array.isArray(content ?? parts) ? (content ?? parts) : []).map((part) => part?.text ?? "");
    const text = held.filter((each) => typeof each === "string" && each).join("\n");
    return text ? [[`${role ?? "message"} [${at}]`, text]] : [];
  });
}
