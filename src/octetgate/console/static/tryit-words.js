// Small things that the try-it page is made of.

const UNITS = ["B", "KiB", "MiB", "GiB"];

/** A number of bytes as people read it. */
export function bytes(count) {
  let unit = 0;
  while (count >= 1024 && unit < UNITS.length - 1) {
    count /= 1024;
    unit += 1;
  }
  return `${unit ? count.toFixed(1) : count} ${UNITS[unit]}`;
}

/** An element with these properties. */
export function named(kind, properties) {
  return Object.assign(document.createElement(kind), properties);
}
