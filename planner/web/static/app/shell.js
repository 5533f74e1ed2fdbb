// The frame: views by the address' fragment, the server's standing, the key.
import { html, useEffect, useRef, useState } from "./view.js";
import { key, standing, takeKey } from "./server.js";
import { useStore } from "./store.js";
import { useLook } from "./asking.js";
import { EstimateView } from "../estimate/view.js";
import { PlanView } from "../plan/view.js";
import { CatalogView } from "../catalog/view.js";
import * as write from "./words.js";

const VIEWS = [
  ["estimate", "Estimate", EstimateView],
  ["plan", "Plan", PlanView],
  ["catalog", "Catalog", CatalogView],
];

const here = () => {
  const name = location.hash.slice(1).split("/")[0];
  return VIEWS.some(([each]) => each === name) ? name : "estimate";
};

export function Shell() {
  const [view, change] = useState(here);
  const state = useStore(standing);
  const [opened, open] = useState(false);
  const settings = useLook("/assets/page.json").answer;
  useEffect(() => {
    const follow = () => change(here());
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return html`
    <a class="skip" href="#main" onClick=${(event) => { event.preventDefault(); document.getElementById("main").focus(); }}>Skip to the content</a>
    <header class="top">
      <h1><img src="/assets/icon.svg" alt="" width="24" height="24" />Tokenplan</h1>
      <nav aria-label="Views">
        ${VIEWS.map(([name, title]) => html`<a href=${`#${name}`} aria-current=${name === view ? "page" : undefined}>${title}</a>`)}
        <a href="/docs">API</a>
      </nav>
      <div class="standing"><${Standing} state=${state} />
        <button type="button" class="quiet" aria-expanded=${opened ? "true" : "false"} onClick=${() => open(!opened)}>Key</button></div>
    </header>
    ${state === "away" && html`<p class="banner" role="status">The server does not answer. Nothing that you typed is lost; the page goes on by itself as soon as it is back.</p>`}
    ${(opened || state === "locked") && html`<${KeyForm} locked=${state === "locked"} done=${() => open(false)} />`}
    <main id="main" tabindex="-1">
      ${VIEWS.map(([name, , View]) => html`<${Kept} shown=${name === view}><${View} settings=${settings} /><//>`)}
    </main>`;
}

// A view is made when it is first shown and then kept, so that what is typed in one survives a look at another.
function Kept({ shown, children }) {
  const made = useRef(false);
  made.current ||= shown;
  return made.current && html`<div hidden=${!shown}>${children}</div>`;
}

function Standing({ state }) {
  const { answer } = useLook("/healthz");
  const said = { here: answer ? `Prices of ${write.date(answer.catalog.slice(0, 10))}` : "…", away: "Server away", locked: "Key needed" };
  return html`<span class=${`light ${state}`}><span class="dot" aria-hidden="true"></span>${said[state]}</span>`;
}

function KeyForm({ locked, done }) {
  const [text, change] = useState(key());
  const send = (event) => {
    event.preventDefault();
    takeKey(text.trim());
    done();
  };
  return html`
    <form class="banner key" onSubmit=${send}>
      <label for="key">${locked ? "This server asks for a key" : "Key for this server"}</label>
      <input id="key" type="password" autocomplete="off" value=${text} onInput=${(event) => change(event.target.value)} />
      <button type="submit">Use it</button>
      <p class="hint">Sent as “Authorization: Bearer …” to this server only; kept until this tab is closed.</p>
    </form>`;
}
