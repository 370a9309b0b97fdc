// Print the licences of the packages that a bundle was made of, and of those named.
// Arguments: esbuild's metafile or "none", then names of packages.
import { existsSync, readdirSync, readFileSync } from "node:fs";

const [metafile, ...names] = process.argv.slice(2);
const inputs = metafile === "none" ? [] : Object.keys(JSON.parse(readFileSync(metafile)).inputs);
const bundled = inputs.map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
for (const name of [...new Set([...bundled, ...names])].filter(Boolean).sort()) {
  const folder = `node_modules/${name}`;
  const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  console.log(`${name} ${version}: ${license}\n`);
  if (file && existsSync(`${folder}/${file}`)) console.log(`${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`);
}
