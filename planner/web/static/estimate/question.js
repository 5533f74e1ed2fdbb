// The questions of the estimate, from what stands on the page.
import { number } from "../app/parts.js";

export const START = {
  text: "",
  read: "auto",
  files: [],
  spread: true,
  output: "250",
  outputHigh: "700",
  reasoning: "0",
  requests: "100000",
  prefix: "60",
  hits: "80",
  ttl: "5m",
  day: "",
};

// How the text is read: as a list of messages, a whole request, or plain text; and what it is that looks like JSON.
export function reading(text, wanted) {
  if (wanted === "text") return { kind: "text", fields: text ? { text } : {} };
  const start = text.trimStart().charAt(0);
  if (start !== "[" && start !== "{") {
    if (wanted === "json" && text) return { kind: "json", fields: null, fault: "This is no JSON: it begins with neither [ nor {." };
    return { kind: "text", fields: text ? { text } : {} };
  }
  let found;
  try {
    found = JSON.parse(text);
  } catch (error) {
    if (wanted === "json") return { kind: "json", fields: null, fault: `This JSON cannot be read: ${error.message}.` };
    return { kind: "text", fields: { text }, hint: `Counted as plain text: as JSON it cannot be read (${error.message}).` };
  }
  if (Array.isArray(found)) return { kind: "messages", fields: { messages: found }, messages: found };
  const { model, ...request } = found;
  return { kind: "request", fields: { request: found }, messages: request.messages ?? request.contents ?? request.input };
}

// The prompt as every endpoint takes it; null while there is nothing to count.
export function prompt(state, read) {
  if (read.fields === null) return null;
  const files = Object.groupBy(state.files, (file) => file.field);
  const documents = files.documents?.map(({ name, data }) => ({ name, data }));
  const images = files.images?.map(({ data }) => ({ data }));
  const asked = { ...read.fields, ...(documents && { documents }), ...(images && { images }) };
  return Object.keys(asked).length > 0 ? asked : null;
}

export const VARIANTS = [
  ["plain", "As it is", "every request pays for its whole prompt"],
  ["cached", "Cached", "the part that repeats is read from the provider's cache"],
  ["batch", "In batches", "answers may come hours later, at the batch price"],
];

// The estimate of one variant.
export function question(state, asked, models, variant) {
  if (asked === null || models.length === 0) return null;
  const output = state.spread ? { p50: number(state.output), p95: number(state.outputHigh) } : number(state.output);
  return {
    ...asked,
    models,
    output_tokens: output,
    ...(state.reasoning !== "" && { reasoning_tokens: number(state.reasoning) }),
    ...(state.requests !== "" && { requests_per_month: number(state.requests) }),
    ...(state.day && { as_of: state.day }),
    ...(variant === "batch" && { service_tier: "batch" }),
    ...(variant === "cached" && { cached_prefix_share: share(state.prefix), cache_hit_rate: share(state.hits), cache_ttl: state.ttl }),
  };
}

// "60" percent as the share that the server takes, without binary noise: the decimal point moves two places.
function share(text) {
  const value = number(text);
  return typeof value === "number" ? Number(`${value}e-2`) : value;
}
