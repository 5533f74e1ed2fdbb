// What every view is made of: Preact, its hooks, and templates without a build step.
import { h, render, Fragment } from "../vendor/preact/preact.js";
import htm from "../vendor/preact/htm.js";

export { useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "../vendor/preact/hooks.js";
export { Fragment, render };
export const html = htm.bind(h);

// Class names of which some hold.
export const names = (...given) => given.filter(Boolean).join(" ");
