// A plan file read and written: TOML or JSON, with the prompt files that it names.
import { parse, stringify } from "../vendor/smol-toml/index.js";
import { put, walk } from "./paths.js";

// A plan and the files that it names but that were not given, from the files chosen or dropped together.
export async function opened(files) {
  const given = await Promise.all([...files].map(async (file) => ({ name: file.name, path: file.webkitRelativePath || file.name, text: await file.text() })));
  const main = given.find((file) => /\.toml$/i.test(file.name)) ?? given.find((file) => /\.json$/i.test(file.name) && /"steps"/.test(file.text));
  if (!main) throw new Error("None of these files is a plan; choose a .toml or .json file, and the prompt files that it names.");
  return filled(read(main.text, main.name), given);
}

// The plan that a text states.
export function read(text, name) {
  try {
    const found = /\.json$/i.test(name) ? JSON.parse(text) : parse(text);
    return JSON.parse(JSON.stringify(found)); // dates become the text they are
  } catch (error) {
    throw new Error(`${name} cannot be read: ${error.message}`);
  }
}

// Put the text of each named file beside its name, as the server wants it; it reads no file itself.
export function filled(plan, given) {
  let whole = plan;
  const lacking = [];
  for (const [path, wanted] of walk(plan, (node) => (node && typeof node.file === "string" && node.text === undefined ? node.file : undefined))) {
    const file = given.find((each) => each.path.endsWith(wanted)) ?? given.find((each) => each.name === wanted.split("/").at(-1));
    if (file) whole = put(whole, [...path, "text"], file.text);
    else lacking.push(wanted);
  }
  return { plan: whole, lacking: [...new Set(lacking)] };
}

// The texts that a plan holds beside the names of their files, as if these had been opened.
export const texts = (plan) =>
  walk(plan, (node) => (node && typeof node.file === "string" && node.text !== undefined ? node : undefined)).map(([, { file, text }]) => ({ name: file, path: file, text }));

// The plan as one keeps it: a text that stands in a file of its own is left there.
export function written(plan) {
  let bare = plan;
  for (const [path] of walk(plan, (node) => (node && typeof node.file === "string" && node.text !== undefined ? true : undefined))) {
    bare = put(bare, [...path, "text"], undefined);
  }
  return stringify(bare);
}

export function save(content, name, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
