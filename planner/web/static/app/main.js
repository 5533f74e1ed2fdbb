// Starts the page.
import { html, render } from "./view.js";
import { Shell } from "./shell.js";

// A file that falls beside a drop zone must not replace the page and what was typed in it.
for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault());

const place = document.getElementById("page");
place.replaceChildren();
render(html`<${Shell} />`, place);
