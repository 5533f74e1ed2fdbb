// The API key of this person on this machine: never in a cell, never in the workbook.

const NAME = "tokenplan.key";

/** Excel on the web gives every site that embeds it a storage of its own; the partition key tells them apart. */
function local() {
  const partition = globalThis.Office?.context?.partitionKey ?? "";
  return {
    getItem: async (name) => localStorage.getItem(partition + name),
    setItem: async (name, value) => localStorage.setItem(partition + name, value),
    removeItem: async (name) => localStorage.removeItem(partition + name),
  };
}

function storage() {
  return globalThis.OfficeRuntime?.storage ?? local();
}

/** The kept key, or an empty text. */
export async function kept() {
  return (await storage().getItem(NAME)) ?? "";
}

/** Keep a key, or forget it where it is empty. */
export async function keep(key) {
  await (key ? storage().setItem(NAME, key) : storage().removeItem(NAME));
}
