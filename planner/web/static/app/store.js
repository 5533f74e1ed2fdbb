// A value that several views watch.
import { useEffect, useState } from "./view.js";

export function store(value) {
  const watchers = new Set();
  return {
    get: () => value,
    set(next) {
      if (next === value) return;
      value = next;
      for (const watch of [...watchers]) watch(value);
    },
    watch(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}

export function useStore(held) {
  const [value, change] = useState(held.get());
  useEffect(() => {
    change(held.get());
    return held.watch(change);
  }, [held]);
  return value;
}
