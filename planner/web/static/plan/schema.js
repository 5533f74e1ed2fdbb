// What a value may be, from the server's own OpenAPI description.
export function schemaOf(api, path) {
  return api?.paths?.[path]?.post?.requestBody?.content?.["application/json"]?.schema;
}

// An example of a question, of that name where there are several.
export function exampleOf(api, path, name) {
  const examples = api?.paths?.[path]?.post?.requestBody?.content?.["application/json"]?.examples ?? {};
  return (examples[name] ?? Object.values(examples)[0])?.value;
}

// The alternatives of a schema, without references and without null.
export function choices(api, schema) {
  if (!schema) return [];
  if (schema.$ref) return choices(api, api.components.schemas[schema.$ref.split("/").at(-1)]);
  if (schema.anyOf) return schema.anyOf.flatMap((each) => choices(api, each));
  return schema.type === "null" ? [] : [schema];
}

const kind = (value) => (Array.isArray(value) ? "array" : value !== null && typeof value === "object" ? "object" : typeof value);

// The alternative that a value takes.
export const taken = (api, schema, value) =>
  choices(api, schema).find((each) => each.type === kind(value) && Object.keys(each.properties ?? {}).length >= 0) ?? choices(api, schema)[0];

export const inner = (schema, key) => schema?.properties?.[key] ?? schema?.items ?? (typeof schema?.additionalProperties === "object" ? schema.additionalProperties : undefined);

// What can still be added to an object: its fields that are not there.
export const missing = (schema, value) => Object.entries(schema?.properties ?? {}).filter(([name]) => value[name] === undefined || value[name] === null);

// A first value of a field.
export function start(api, schema) {
  if (schema?.default !== undefined && schema.default !== null) return schema.default;
  const [first] = choices(api, schema);
  if (!first) return "";
  if (first.enum) return first.enum[0];
  if (first.const !== undefined) return first.const;
  if (first.type === "object") {
    return Object.fromEntries((first.required ?? []).map((name) => [name, start(api, first.properties[name])]));
  }
  return { number: 0, integer: 0, boolean: true, array: [] }[first.type] ?? "";
}
