// The formulas as Excel calls them: ranges in, rows of cells out, errors as Excel's own.

import { CellError } from "./client.js";

/** Bind every formula to a client of the server. */
export function associate(client, names) {
  for (const name of names) CustomFunctions.associate(name, formula(client, name));
}

/** One formula; the last argument that Excel gives is the invocation, which tells of a cancelled cell. */
export function formula(client, name) {
  return async (...given) => {
    const invocation = given.pop();
    const abort = new AbortController();
    if (invocation) invocation.onCanceled = () => abort.abort();
    try {
      return grid(await client.call(name, trimmed(given.map(argument)), abort.signal));
    } catch (error) {
      throw excelError(error);
    }
  };
}

/** A range as rows of values; one cell as its value, an omitted or empty one as null. */
function argument(given) {
  if (!Array.isArray(given)) return cell(given);
  if (given.length === 1 && given[0].length === 1) return cell(given[0][0]);
  return given.map((row) => row.map(cell));
}

function cell(given) {
  return given === undefined || given === "" ? null : given;
}

/** Without the omitted arguments at the end, so that =TP.COST(a;1) and =TP.COST(a;1;) are one question. */
function trimmed(cells) {
  let length = cells.length;
  while (length > 0 && cells[length - 1] === null) length -= 1;
  return cells.slice(0, length);
}

/** A value as one cell, rows as they are, and what is an error in them as Excel's. */
function grid(value) {
  if (!Array.isArray(value)) return [[value]];
  return value.map((row) => row.map((each) => (each?.error ? excelError(new CellError(each.error, each.message)) : each)));
}

function excelError(error) {
  const { ErrorCode } = CustomFunctions;
  const code = error instanceof CellError && error.code === "#VALUE!" ? ErrorCode.invalidValue : ErrorCode.notAvailable;
  return new CustomFunctions.Error(code, error.message);
}
