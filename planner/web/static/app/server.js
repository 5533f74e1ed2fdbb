// The one place that talks to the server: the key, refusals as problems, and whether anybody answers.
import { store } from "./store.js";

const KEY = "tokenplan.key";
const RETRY_MS = [300, 600, 1000, 2000];

// "here", "away" (nobody answers) or "locked" (a key is needed, or the one given is not valid).
export const standing = store("here");
// Grows when the server is back or the key changed: whoever waits for an answer asks again.
export const round = store(0);

export const key = () => sessionStorage.getItem(KEY) ?? "";

export function takeKey(text) {
  if (text) sessionStorage.setItem(KEY, text);
  else sessionStorage.removeItem(KEY);
  standing.set("here");
  again();
}

// What the server refused, with its own words and where they belong.
export class Refused extends Error {
  constructor(problem, status) {
    super(problem.detail ?? `the server answered ${status}`);
    this.status = status;
    this.type = problem.type ?? "http-error";
    this.errors = problem.errors ?? [];
    this.nearest = problem.nearest ?? [];
  }
}

export class Away extends Error {}

export const ask = (path, body, signal) =>
  fetched(path, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" }, signal });

export const look = (path, filters = {}, signal) => {
  const given = Object.entries(filters).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  const query = new URLSearchParams(given).toString();
  return fetched(query ? `${path}?${query}` : path, { signal });
};

// A model's path; ids hold slashes and colons.
export const modelPath = (id) => `/v1/models/${id.split("/").map(encodeURIComponent).join("/")}`;

// A file that the server makes of a question: its blob.
export async function made(path, body, type) {
  const headers = { "Content-Type": "application/json", Accept: type };
  const response = await sent(path, { method: "POST", body: JSON.stringify(body), headers });
  return response.blob();
}

async function fetched(path, options) {
  const response = await sent(path, options);
  return response.json();
}

async function sent(path, options) {
  const headers = { ...options.headers, ...(key() ? { Authorization: `Bearer ${key()}` } : {}) };
  let response;
  try {
    response = await fetch(path, { ...options, headers, cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    away();
    throw new Away("the server does not answer");
  }
  if (response.ok) {
    standing.set("here");
    return response;
  }
  const problem = await response.json().catch(() => ({}));
  if (response.status === 401) standing.set("locked");
  throw new Refused(problem, response.status);
}

let retrying = false;

async function away() {
  standing.set("away");
  if (retrying) return;
  retrying = true;
  for (let at = 0; ; at += 1) {
    await new Promise((wake) => setTimeout(wake, RETRY_MS[Math.min(at, RETRY_MS.length - 1)]));
    if (await fetch("/healthz", { cache: "no-store" }).then((found) => found.ok, () => false)) break;
  }
  retrying = false;
  standing.set("here");
  again();
}

function again() {
  round.set(round.get() + 1);
}
