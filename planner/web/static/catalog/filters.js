// The filters of the list of models, as GET /v1/models takes them.
import { html } from "../app/view.js";
import { SelectField, TextField } from "../app/parts.js";
import { useFaults, useLook } from "../app/asking.js";

export const NO_FILTER = { search: "", provider: "", capability: "", min_context: "", max_price: "" };

export const CAPABILITIES = [
  "vision", "tools", "reasoning", "structured_output", "prompt_caching", "pdf", "audio_input", "video_input", "web_search", "chat", "embedding",
];
const WINDOWS = [["", "any"], ["32000", "32 thousand tokens"], ["128000", "128 thousand"], ["200000", "200 thousand"], ["400000", "400 thousand"], ["1000000", "1 million"]];

// What is to be asked; null while no filter narrows five thousand models down.
export const filtered = (filter) => (Object.values(filter).some((value) => value !== "") ? filter : null);

export function Filters({ filter, change, error }) {
  const catalog = useLook("/v1/catalog").answer;
  const faults = useFaults(error);
  const put = (name) => (value) => change({ ...filter, [name]: value });
  const providers = (catalog?.providers ?? []).map((each) => [each.id, each.name]);
  return html`
    <div class="filters">
      <${TextField} label="Search" type="search" value=${filter.search} onValue=${put("search")} faults=${faults.get("search")} placeholder="part of a name" />
      <${SelectField} label="Provider" value=${filter.provider} onValue=${put("provider")} options=${[["", "any"], ...providers]} />
      <${SelectField} label="Capability" value=${filter.capability} onValue=${put("capability")} options=${[["", "any"], ...CAPABILITIES.map((name) => [name, name.replaceAll("_", " ")])]} />
      <${SelectField} label="Window, at least" value=${filter.min_context} onValue=${put("min_context")} options=${WINDOWS} />
      <${TextField} label="Input price, at most" inputmode="decimal" value=${filter.max_price} onValue=${put("max_price")} faults=${faults.get("max_price")} placeholder="USD a million tokens" />
    </div>`;
}
