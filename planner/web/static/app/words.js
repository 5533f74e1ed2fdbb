// Figures as people read them. Nothing is worked out here: a figure is shown as the server gave it.
const LANGUAGE = "en";
const grouped = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 0 });
const cents = new Intl.NumberFormat(LANGUAGE, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 0 });
const small = new Intl.NumberFormat(LANGUAGE, { minimumSignificantDigits: 2, maximumSignificantDigits: 3 });
const compact = new Intl.NumberFormat(LANGUAGE, { notation: "compact", maximumSignificantDigits: 3 });
const percent = new Intl.NumberFormat(LANGUAGE, { style: "percent", maximumFractionDigits: 1 });
const plain = new Intl.NumberFormat(LANGUAGE, { maximumSignificantDigits: 4 });
const brief = new Intl.NumberFormat(LANGUAGE, { maximumSignificantDigits: 3 });
const DAY = { year: "numeric", month: "short", day: "numeric", timeZone: "UTC" };
const day = new Intl.DateTimeFormat("en-GB", DAY);

export const NONE = "–";
const missing = (value) => value === null || value === undefined || value === "";

export const count = (value) => (missing(value) ? NONE : grouped.format(value));
export const short = (value) => (missing(value) ? NONE : compact.format(value));
export const share = (value) => (missing(value) ? NONE : percent.format(value));
export const figure = (value) => (missing(value) ? NONE : plain.format(value));
export const seconds = (value) => (missing(value) ? NONE : `${brief.format(value)} s`);

export function usd(value) {
  if (missing(value)) return NONE;
  const size = Math.abs(Number(value));
  const shown = size >= 1000 ? whole : size >= 1 || size === 0 ? cents : small;
  return `$${shown.format(value)}`.replace("$-", "−$");
}

export const date = (value) => (missing(value) ? NONE : day.format(new Date(value)));
export const words = (name) => name.replace(/_usd$/, "").replaceAll("_", " ");
export const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const ticks = new Intl.DateTimeFormat("en-GB", { day: "numeric", year: "2-digit", month: "short", timeZone: "UTC" });
export const dayAndYear = (value) => ticks.format(new Date(value));
const signed = new Intl.NumberFormat(LANGUAGE, { style: "percent", maximumSignificantDigits: 3, signDisplay: "always" });
export const change = (value) => (missing(value) ? NONE : signed.format(value));
