// Starts the page.
import { html, render } from "./view.js";
import { Shell } from "./shell.js";

const place = document.getElementById("page");
place.replaceChildren();
render(html`<${Shell} />`, place);
