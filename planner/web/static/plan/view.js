// The plan.
import { html } from "../app/view.js";

export const PlanView = () => html`<section class="card welcome"><p>The plan comes here.</p></section>`;
