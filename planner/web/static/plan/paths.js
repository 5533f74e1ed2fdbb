// Values in a tree by their path; a change makes a new tree and leaves the old as it was.
export const at = (tree, path) => path.reduce((node, key) => node?.[key], tree);

export function put(tree, [key, ...rest], value) {
  const copy = Array.isArray(tree) ? [...tree] : { ...tree };
  if (rest.length > 0) copy[key] = put(copy[key] ?? {}, rest, value);
  else if (value !== undefined) copy[key] = value;
  else if (Array.isArray(copy)) copy.splice(key, 1);
  else delete copy[key];
  return copy;
}

// Every pair of a path and what a visitor says of the value there, but for what it says nothing of.
export function walk(tree, visit, path = []) {
  const found = visit(tree, path);
  const inner = tree && typeof tree === "object" ? Object.entries(tree).flatMap(([key, value]) => walk(value, visit, [...path, key])) : [];
  return found === undefined ? inner : [[path, found], ...inner];
}
