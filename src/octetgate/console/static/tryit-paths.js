// A resource's path with its parameters, and a path that fits it.

/** The names of the path's parameters, a greedy one with its plus. */
export const parametersOf = (path) => [...path.matchAll(/\{([^}]+)\}/g)].map((found) => found[1]);

/** Path and query with these values; a slash in a value is one only where the parameter is greedy. */
export function targetOf(path, values, query) {
  const filled = path.replace(/\{([^}]+)\}/g, (whole, name) => {
    const segments = name.endsWith("+") ? values[name].split("/") : [values[name]];
    return segments.map(encodeURIComponent).join("/");
  });
  const said = query.replace(/^\?/, "");
  // What is encoded already stays as it is.
  return said ? `${filled}?${encodeURI(said).replace(/%25/g, "%")}` : filled;
}

/** The values that a target has for the path's parameters, in their order; null if it does not fit. */
export function valuesIn(path, target) {
  const literal = path.replace(/[.*^$()|[\]\\]/g, "\\$&");
  const pattern = literal.replace(/\{[^}]+?(\+?)\}/g, (whole, plus) => (plus ? "(.*)" : "([^/]*)"));
  const found = new RegExp(`^${pattern}$`).exec(target.split("?")[0]);
  return found && found.slice(1).map(decodeURIComponent);
}
