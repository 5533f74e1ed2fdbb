// The task pane: whether the server answers, the key, the date of the prices, an example.

const SAID = {
  connecting: "Connecting …",
  connected: "Connected",
  away: "The server is not reachable. Start it: tokenplan excel serve",
  key: "The server wants a valid API key",
};

/** What the page shows and what its buttons do. */
export class Pane {
  constructor({ insert, recalculate, save }) {
    this.#act("insert", insert, "The example is in the sheet.");
    this.#act("recalculate", recalculate, "Recalculating.");
    at("forget").addEventListener("click", () => this.#try(() => this.#save(save, ""), "The key is forgotten."));
    at("key-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#try(() => this.#save(save, at("key").value.trim()), "The key is kept on this machine.");
    });
  }

  /** Whether a key is kept. */
  set key(is) {
    at("forget").hidden = !is;
    at("key").placeholder = is ? "a key is kept" : "none is kept";
  }

  /** The names of the formulas. */
  set formulas(names) {
    at("formulas").replaceChildren(...names.map((name) => Object.assign(document.createElement("li"), { textContent: name })));
  }

  /** News of the connection. */
  show({ state, catalog, status, detail }) {
    const box = at("state");
    box.dataset.state = state;
    box.textContent = SAID[state] ?? `The server answers ${status}: ${detail}`;
    at("server").textContent = location.origin;
    if (catalog) {
      at("date").textContent = catalog.observed;
      at("version").textContent = catalog.version;
    }
  }

  /** What went wrong, in words. */
  fail(error) {
    at("note").textContent = error.message ?? String(error);
    at("note").dataset.wrong = "";
  }

  #act(id, action, done) {
    at(id).addEventListener("click", () => this.#try(action, done));
  }

  async #save(save, key) {
    await save(key);
    at("key").value = "";
    this.key = key !== "";
  }

  async #try(action, done) {
    try {
      await action();
      at("note").textContent = done;
      delete at("note").dataset.wrong;
    } catch (error) {
      this.fail(error);
    }
  }
}

function at(id) {
  return document.getElementById(id);
}
