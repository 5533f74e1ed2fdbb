// The add-in in its one runtime: formulas, connection, task pane.

import { FORMULAS, PREFIX } from "../formulas.js";
import { Client } from "./client.js";
import { associate } from "./functions.js";
import { keep, kept } from "./keeper.js";
import { Pane } from "./pane.js";

const AWAY_MS = 5_000; // between looks for a server that is away
const CALM_MS = 60_000; // between looks for new prices

const pane = new Pane({ insert, recalculate, save });
const client = new Client(location.origin, "", told);
let state = "connecting";
let timer = null;

function told(news) {
  const back = state !== "connecting" && state !== "connected" && news.state === "connected";
  state = news.state;
  pane.show(news);
  clearTimeout(timer);
  timer = setTimeout(() => client.check(), state === "connected" ? CALM_MS : AWAY_MS);
  // Cells that failed while the server was away, or that hold the prices of before, are asked anew.
  if (back || news.changed) recalculate();
}

/** Compute every formula of the workbook anew; what has not changed is answered without the server. */
async function recalculate() {
  if (!globalThis.Excel) return;
  await Excel.run(async (context) => {
    context.workbook.application.calculate(Excel.CalculationType.full);
    await context.sync();
  });
}

async function save(key) {
  await keep(key);
  client.key = key;
  client.forget();
  await client.check();
}

/** A small example below the selected cell: it says what it is, and nothing is overwritten. */
async function insert() {
  const rows = [
    ["model", "input tokens", "output tokens", "USD a request", "USD a month at 100,000"],
    ...["gpt-5-mini", "claude-haiku-4-5", "gemini-2.5-flash"].map((model) => [model, 1000, 200, null, null]),
  ];
  await Excel.run(async (context) => {
    const range = context.workbook.getSelectedRange().getCell(0, 0).getResizedRange(rows.length - 1, 4);
    range.load(["values", "rowIndex", "columnIndex"]);
    await context.sync();
    if (range.values.some((row) => row.some((each) => each !== "")))
      throw new Error("the example needs 4 rows and 5 columns of empty cells below and right of the selected one");
    range.formulas = rows.map((row, at) => (at === 0 ? row : [...row.slice(0, 3), ...examples(range, at)]));
    await context.sync();
  });
}

function examples({ rowIndex, columnIndex }, at) {
  const [model, input, output] = [0, 1, 2].map((each) => `${letters(columnIndex + each)}${rowIndex + at + 1}`);
  return [
    `=${PREFIX}.COST(${model},${input},${output})`,
    `=${PREFIX}.MONTHLYCOST(${model},100000,${input},${output})`,
  ];
}

function letters(column) {
  return (column >= 26 ? letters(Math.floor(column / 26) - 1) : "") + String.fromCharCode(65 + (column % 26));
}

async function start() {
  await Office.onReady();
  const key = await kept().catch(() => ""); // a storage that refuses must not keep the formulas from starting
  client.key = key;
  pane.key = key !== "";
  if (globalThis.CustomFunctions?.associate) associate(client, FORMULAS);
  pane.formulas = FORMULAS.map((name) => `${PREFIX}.${name}`);
  await client.check();
  await Office.addin?.setStartupBehavior(Office.StartupBehavior.load); // so that formulas compute on open
}

start().catch((error) => pane.fail(error));
