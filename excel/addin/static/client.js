// The sheet's calls to the server: gathered for 20 ms or 500 calls, asked once each, kept until the prices change.
// Knows nothing of Office and of the page.

const GATHER_MS = 20;
const MOST_CALLS = 500;
const MOST_CHARS = 1_000_000; // of one request's arguments
const MOST_KEPT = 32_000_000; // characters of kept questions and answers, about
const RETRY_MS = [250, 1000, 4000];
const WAIT_MS = 60_000;
const HOUR_MS = 3_600_000; // some prices go by the hour

/** An error that stands in a cell: its code, and why in words. */
export class CellError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** One server, its key, and what it has answered. `told(state)` hears of every change of the connection. */
export class Client {
  #base;
  #key;
  #told;
  #kept = new Map(); // key -> {value, size}, least recently used first
  #size = 0;
  #hour = null;
  #version = null;
  #asked = new Map(); // key -> call that is gathered or on its way
  #gathered = [];
  #chars = 0;
  #timer = null;

  constructor(base, key, told) {
    this.#base = base;
    this.#key = key;
    this.#told = told;
  }

  /** Another key: from now on, for every request. */
  set key(key) {
    this.#key = key;
  }

  /** The value of a formula, or rows of them; rejects with a CellError, or with an AbortError once `signal` aborts. */
  call(name, cells, signal) {
    this.#forgetOld();
    const text = JSON.stringify(cells);
    const key = `${name}${text}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return settled(kept.value);
    }
    let call = this.#asked.get(key);
    if (call === undefined) {
      call = { name, cells, key, waiting: 0, batch: null, ...deferred() };
      this.#asked.set(key, call);
      this.#gather(call, text.length);
    }
    return this.#wait(call, signal);
  }

  /** Ask for the date of the catalog at once, and only once: whether the server answers, and to this key. */
  async check() {
    try {
      const [date] = await this.#post([{ name: "CATALOGDATE", cells: [] }], new AbortController().signal);
      return date;
    } catch (error) {
      return error;
    }
  }

  /** Forget every answer. */
  forget() {
    this.#kept.clear();
    this.#size = 0;
  }

  #forgetOld() {
    const hour = Math.floor(Date.now() / HOUR_MS);
    if (hour !== this.#hour) this.forget();
    this.#hour = hour;
  }

  #gather(call, chars) {
    this.#gathered.push(call);
    this.#chars += chars;
    if (this.#gathered.length >= MOST_CALLS || this.#chars >= MOST_CHARS) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), GATHER_MS);
  }

  #wait(call, signal) {
    call.waiting += 1;
    if (!signal) return call.promise;
    return new Promise((resolve, reject) => {
      const stop = () => {
        reject(signal.reason);
        this.#leave(call);
      };
      if (signal.aborted) return stop();
      signal.addEventListener("abort", stop, { once: true });
      call.promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
    });
  }

  /** One cell fewer waits; a call that none waits for is not sent, and a batch of such calls is stopped. */
  #leave(call) {
    call.waiting -= 1;
    if (call.waiting > 0 || this.#asked.get(call.key) !== call) return;
    this.#asked.delete(call.key);
    call.promise.catch(() => {}); // nobody listens any more
    if (call.batch === null) this.#gathered = this.#gathered.filter((each) => each !== call);
    else if (call.batch.calls.every((each) => each.waiting === 0)) call.batch.abort.abort();
  }

  async #send() {
    clearTimeout(this.#timer);
    this.#timer = null;
    const calls = this.#gathered;
    this.#gathered = [];
    this.#chars = 0;
    if (calls.length === 0) return;
    const batch = { calls, abort: new AbortController() };
    for (const each of calls) each.batch = batch;
    try {
      const answers = await this.#post(calls, batch.abort.signal, RETRY_MS);
      calls.forEach((each, at) => this.#answer(each, answers[at]));
    } catch (error) {
      for (const each of calls) {
        this.#done(each);
        each.reject(error);
      }
    }
  }

  #answer(call, value) {
    this.#done(call);
    this.#keep(call.key, value);
    settled(value).then(call.resolve, call.reject);
  }

  #done(call) {
    if (this.#asked.get(call.key) === call) this.#asked.delete(call.key);
  }

  #keep(key, value) {
    const size = key.length + JSON.stringify(value).length;
    if (size > MOST_KEPT) return;
    this.#size += size - (this.#kept.get(key)?.size ?? 0);
    this.#kept.delete(key);
    this.#kept.set(key, { value, size });
    for (const [oldest, { size: freed }] of this.#kept) {
      if (this.#size <= MOST_KEPT) break;
      this.#kept.delete(oldest);
      this.#size -= freed;
    }
  }

  /** The answers to calls, in their order; tries again after each pause while the server is away or overloaded. */
  async #post(calls, signal, pauses = []) {
    const body = JSON.stringify({ calls: calls.map(({ name, cells }) => ({ name, cells })) });
    for (let attempt = 0; ; attempt += 1) {
      const { response, said } = await this.#fetch(body, signal).catch(() => ({ response: null }));
      if (signal.aborted) throw signal.reason; // the sheet has cancelled it
      if (response?.ok && said.answers?.length === calls.length) return this.#read(said);
      const busy = response === null || response.status === 429 || response.status >= 500;
      if (!busy || attempt >= pauses.length) throw this.#refusal(response, said);
      await pause(after(response) ?? pauses[attempt] * (1 + Math.random() / 4), signal);
    }
  }

  async #fetch(body, signal) {
    const headers = { "Content-Type": "application/json" };
    if (this.#key) headers.Authorization = `Bearer ${this.#key}`;
    const limit = new AbortController();
    const stop = () => limit.abort(signal.reason);
    const timer = setTimeout(() => limit.abort(), WAIT_MS);
    signal.addEventListener("abort", stop, { once: true });
    try {
      const url = `${this.#base}/v1/excel/calls`;
      const response = await fetch(url, { method: "POST", headers, body, signal: limit.signal });
      const said = response.json(); // half an answer is none
      return { response, said: await (response.ok ? said : said.catch(() => ({}))) };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
  }

  #read({ catalog, answers }) {
    const changed = this.#version !== null && this.#version !== catalog.version;
    if (changed) this.forget();
    this.#version = catalog.version;
    this.#told({ state: "connected", catalog, changed });
    return answers;
  }

  #refusal(response, said) {
    if (response === null) {
      this.#told({ state: "away" });
      const where = `the Tokenplan server at ${this.#base} is not reachable`;
      return new CellError("#N/A", `${where}; start it (tokenplan excel serve), and the sheet recalculates`);
    }
    if (response.status === 401) {
      this.#told({ state: "key" });
      return new CellError("#N/A", "the Tokenplan server wants a valid API key; enter it in Tokenplan's task pane");
    }
    const detail = said.detail ?? (response.statusText || "not as a Tokenplan server does");
    this.#told({ state: "refused", status: response.status, detail });
    return new CellError("#N/A", `the Tokenplan server answers ${response.status}: ${detail}`);
  }
}

/** A value as a promise: rejected where the whole value is an error. */
function settled(value) {
  if (value !== null && typeof value === "object" && "error" in value)
    return Promise.reject(new CellError(value.error, value.message));
  return Promise.resolve(value);
}

function deferred() {
  let resolve, reject;
  const promise = new Promise((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
}

/** The server's own wish in ms, where it has one. */
function after(response) {
  const seconds = Number(response?.headers.get("Retry-After") || NaN);
  return Number.isFinite(seconds) ? Math.min(seconds * 1000, WAIT_MS) : null;
}

function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
