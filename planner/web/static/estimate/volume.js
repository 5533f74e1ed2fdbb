// How long the answers are, how many requests, what repeats.
import { html } from "../app/view.js";
import { Card, Choice, SelectField, Slider, TextField } from "../app/parts.js";

const LENGTHS = [10, 25, 50, 100, 150, 200, 250, 300, 400, 500, 700, 1000, 1500, 2000, 3000, 4000, 6000, 8000, 12000, 16000, 32000];
const REASONING = [0, ...LENGTHS];
const MONTHS = [100, 300, 1000, 3000, 10000, 30000, 100000, 300000, 1000000, 3000000, 10000000, 30000000, 100000000];
const SHARES = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 100];

export function VolumeCard({ state, put, faults }) {
  const wrong = (name) => faults.get(name);
  const slider = (name, label, stops, unit, field, hint) => html`
    <${Slider} label=${label} value=${state[name]} stops=${stops} unit=${unit} hint=${hint} faults=${wrong(field)}
      onValue=${(value) => put({ [name]: value })} />`;
  return html`
    <${Card} title="Answers and volume" id="volume" actions=${html`<${Choice} label="How the answer's length is stated"
        value=${state.spread ? "spread" : "one"} options=${[["spread", "Usual and long"], ["one", "One length"]]}
        onValue=${(value) => put({ spread: value === "spread" })} />`}>
      ${slider("output", state.spread ? "Usual answer (half are shorter)" : "Answer", LENGTHS, "tokens", "output_tokens")}
      ${state.spread && slider("outputHigh", "Long answer (1 of 20 is longer)", LENGTHS, "tokens", "")}
      ${slider("requests", "Requests a month", MONTHS, "", "requests_per_month")}
      <details>
        <summary>Reasoning, caching, date</summary>
        ${slider("reasoning", "Reasoning before the answer", REASONING, "tokens", "reasoning_tokens")}
        ${slider("prefix", "Prompt that repeats from request to request", SHARES, "%", "cached_prefix_share")}
        ${slider("hits", "Requests that find it cached", SHARES, "%", "cache_hit_rate")}
        <${SelectField} label="Cached for" value=${state.ttl} options=${[["5m", "5 minutes"], ["1h", "1 hour"]]} onValue=${(value) => put({ ttl: value })} />
        <${TextField} label="Prices of this day" type="date" value=${state.day} onValue=${(value) => put({ day: value })}
          hint="Empty: today. A day to come takes announced prices." faults=${wrong("as_of")} />
      </details>
    <//>`;
}
