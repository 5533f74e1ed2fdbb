// As much of Excel as the add-in asks for, where there is none: office.js is Microsoft's, its host is not here.
(() => {
  const host = { calculations: 0, startup: null, formulas: null };
  globalThis.host = host;

  /** Call formulas as Excel does, each with an invocation of its own; answers are values or `code message`. */
  host.call = (name, ...cells) => host.start(name, ...cells).answer;
  host.start = (name, ...cells) => {
    const invocation = { functionName: name };
    const answer = CustomFunctions._association.mappings[name](...cells, invocation).then(plain, (error) => `${error.code} ${error.message}`);
    return { answer, cancel: () => invocation.onCanceled() };
  };
  const plain = (rows) =>
    rows.map((row) => row.map((each) => (each instanceof CustomFunctions.Error ? `${each.code} ${each.message}` : each)));

  host.take = () => {
    Object.assign(CustomFunctions, {
      ErrorCode: { invalidValue: "#VALUE!", notAvailable: "#N/A" },
      Error: class {
        constructor(code, message) {
          Object.assign(this, { code, message });
        }
      },
    });
    globalThis.Excel = { CalculationType: { full: "Full" }, run: async (work) => work(context) };
    Office.addin = { setStartupBehavior: async (given) => (host.startup = given) };
    Office.StartupBehavior ??= { load: "load" };
  };

  const range = {
    rowIndex: 4,
    columnIndex: 26,
    values: [["", ""]],
    getCell: () => range,
    getResizedRange: () => range,
    load: () => {},
    set formulas(rows) {
      host.formulas = rows;
    },
  };
  const context = {
    sync: async () => {},
    workbook: {
      getSelectedRange: () => range,
      application: { calculate: () => (host.calculations += 1) },
    },
  };
  host.range = range;
  addEventListener("DOMContentLoaded", () => globalThis.Office && host.take());
})();
