// From the text of `Handler` to the function that it names: `folder/file.export.inner`.

"use strict";

const fs = require("node:fs");
const { createRequire } = require("node:module");
const path = require("node:path");
const { pathToFileURL } = require("node:url");

const { RuntimeError } = require("./errors.cjs");

/** Endings in the order in which they are tried; a name may have its ending already. */
const ENDINGS = ["", ".js", ".mjs", ".cjs"];

/** Return the handler; rejects with a RuntimeError, or with what the module itself threw. */
async function loaded(root, handler) {
  const { file, exported } = split(handler);
  const module = await imported(root, file);
  const found = reached(module, exported) ?? reached(module.default, exported);
  if (found === undefined) {
    throw new RuntimeError("HandlerNotFound", `${handler} is undefined or not exported`);
  }
  if (typeof found !== "function") {
    throw new RuntimeError("HandlerNotFound", `${handler} is not a function`);
  }
  return found;
}

function split(handler) {
  const folder = path.dirname(handler);
  const found = /^([^.]+)\.(.+)$/.exec(path.basename(handler));
  if (!found || handler.includes("..")) {
    throw new RuntimeError("MalformedHandlerName", `expected file.export; found '${handler}'`);
  }
  return { file: path.join(folder, found[1]), exported: found[2].split(".") };
}

function reached(module, names) {
  return names.reduce((inside, name) => inside?.[name], module);
}

async function imported(root, file) {
  const place = located(root, file);
  try {
    return isModule(place) ? await import(pathToFileURL(place)) : require(place);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new RuntimeError("UserCodeSyntaxError", String(error), error);
    }
    if (["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"].includes(error?.code)) {
      throw new RuntimeError("ImportModuleError", String(error), error);
    }
    throw error;
  }
}

/** Return the module's path: a file of the package, or whatever Node.js finds by that name. */
function located(root, file) {
  for (const ending of ENDINGS) {
    const place = path.resolve(root, file + ending);
    if (fs.statSync(place, { throwIfNoEntry: false })?.isFile()) return place;
  }
  const { resolve } = createRequire(path.join(root, "handler.js"));
  try {
    return resolve(`./${file}`);
  } catch {
    // A folder of the package it is not either.
  }
  try {
    return resolve(file);
  } catch {
    throw new RuntimeError("ImportModuleError", `Error: Cannot find module '${file}'`);
  }
}

/** Whether a file is an ECMAScript module: by its ending, or by the nearest package.json. */
function isModule(place) {
  if (place.endsWith(".mjs")) return true;
  if (!place.endsWith(".js")) return false;
  for (let folder = path.dirname(place); ; folder = path.dirname(folder)) {
    const about = path.join(folder, "package.json");
    if (fs.existsSync(about)) return JSON.parse(fs.readFileSync(about, "utf8")).type === "module";
    if (folder === path.dirname(folder)) return false;
  }
}

module.exports = { loaded };
