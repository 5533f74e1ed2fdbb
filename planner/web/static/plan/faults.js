// What the server says, by the path of the value it says it of.
export function byPath(error, lead = "") {
  const found = new Map();
  for (const each of error?.errors ?? []) {
    const path = (each.loc ?? []).join(".");
    const bare = lead && path.startsWith(`${lead}.`) ? path.slice(lead.length + 1) : path;
    found.set(bare, [...(found.get(bare) ?? []), each.msg]);
  }
  return found;
}
