// One model: limits, capabilities, terms, notes.
import { html } from "../app/view.js";
import { useLook } from "../app/asking.js";
import { modelPath } from "../app/server.js";
import { Card, Notes, Problem, Tag } from "../app/parts.js";
import * as write from "../app/words.js";

export function ModelCard({ id, provider }) {
  const { answer, error } = useLook(modelPath(id), { provider });
  if (!answer || answer.model.id !== id || answer.model.provider !== provider) return html`<${Problem} error=${error} />`;
  const { limits } = answer;
  const facts = [
    ["Window", limits.context_window && `${write.count(limits.context_window)} tokens`],
    ["Longest input", limits.max_input_tokens && `${write.count(limits.max_input_tokens)} tokens`],
    ["Longest answer", limits.max_output_tokens && `${write.count(limits.max_output_tokens)} tokens`],
    ["Caches from", answer.cache_minimum_tokens && `${write.count(answer.cache_minimum_tokens)} tokens`],
    ["Knows until", answer.knowledge_cutoff && write.date(answer.knowledge_cutoff)],
    ["Retires", answer.retires && write.date(answer.retires)],
    ["Sold as", answer.service_tiers.join(", ")],
    ["Regions", answer.regions.join(", ")],
    ["Also called", answer.aliases.join(", ")],
    ["Limits from", limits.source && `${limits.source}, ${write.date(limits.observed)}`],
  ].filter(([, value]) => value);
  return html`
    <${Card} title=${answer.name ?? id} id="model" note=${`${id} at ${provider}`}>
      <p class="tags">${answer.capabilities.map((name) => html`<${Tag}>${name.replaceAll("_", " ")}<//> `)}</p>
      <dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
      <${Notes} items=${answer.notes} />
    <//>`;
}
