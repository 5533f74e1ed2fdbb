// Questions as hooks: the newest one is asked, what it replaces is aborted, the last answer stays until the next.
import { useLayoutEffect, useMemo, useRef, useState } from "./view.js";
import { Refused, ask, look, round } from "./server.js";
import { useStore } from "./store.js";

const NOTHING = { answer: null, error: null, pending: false };

// The answer to a POST of `body` (null: nothing is asked), asked `delay` ms after the last change.
export function useAnswer(path, body, delay = 20) {
  const asked = body === null ? null : JSON.stringify(body);
  return useLatest(asked === null ? null : `${path} ${asked}`, (signal) => ask(path, JSON.parse(asked), signal), delay);
}

// The answer to a GET, with filters.
export function useLook(path, filters = {}, delay = 0) {
  const asked = path === null ? null : `${path} ${JSON.stringify(filters)}`;
  return useLatest(asked, (signal) => look(path, filters, signal), delay);
}

function useLatest(name, run, delay) {
  const [state, change] = useState(NOTHING);
  const turn = useStore(round);
  const newest = useRef(run);
  newest.current = run;
  // Before the paint, not after it: a frame earlier on the way.
  useLayoutEffect(() => {
    if (name === null) {
      change(NOTHING);
      return undefined;
    }
    const control = new AbortController();
    const begin = () => {
      change((last) => (last.pending ? last : { ...last, pending: true }));
      newest.current(control.signal).then(
        (answer) => change({ answer, error: null, pending: false }),
        (error) => {
          if (control.signal.aborted) return;
          // Away: the last answer stays and the banner says why; a refusal replaces it.
          change((last) => ({ answer: error instanceof Refused ? null : last.answer, error, pending: false }));
        },
      );
    };
    const timer = setTimeout(begin, delay);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [name, turn]);
  return state;
}

// The refusals that concern one field of the question, by the first step of their place.
export function useFaults(error) {
  return useMemo(() => {
    const found = new Map();
    for (const each of error?.errors ?? []) {
      const field = String(each.loc?.[0] ?? "");
      found.set(field, [...(found.get(field) ?? []), each.msg]);
    }
    return found;
  }, [error]);
}
