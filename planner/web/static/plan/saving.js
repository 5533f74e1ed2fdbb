// What can be kept: the plan file, and the reports that the server makes.
import { html } from "../app/view.js";
import { made } from "../app/server.js";
import { save, written } from "./file.js";

const REPORT = "/v1/plans/report";
const FORMS = [
  ["text/html", "Report", "html"],
  ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Workbook", "xlsx"],
];

export function SaveButtons({ plan, api, question, say }) {
  const offered = Object.keys(api.paths[REPORT].post.responses["200"]?.content ?? {});
  const name = (plan.name || "plan").toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const fetchAs = async (type, ending) => {
    try {
      save(await made(REPORT, question(plan), type), `${name}.${ending}`, type);
      say("");
    } catch (error) {
      say(error.message);
    }
  };
  return html`
    <button type="button" onClick=${() => save(written(plan), "plan.toml", "application/toml")}>Save plan.toml</button>
    ${FORMS.filter(([type]) => offered.includes(type)).map(([type, title, ending]) => html`<button type="button" onClick=${() => fetchAs(type, ending)}>${title} (${ending})</button>`)}`;
}
