// Try it: one call to the draft or to a stage, its progress in bytes, and its answer as it came.
import { Answer } from "./tryit-answer.js";
import { commandLine } from "./tryit-curl.js";
import { parametersOf, targetOf, valuesIn } from "./tryit-paths.js";
import { bytes, named } from "./tryit-words.js";

const at = (id) => document.getElementById(`try-${id}`);
const page = document.getElementById("try");
const known = JSON.parse(page.dataset.known);
const token = JSON.parse(document.body.getAttribute("hx-headers"))["x-csrf-token"];
const answer = new Answer(at);
const DRAFT = "-";
const MOST_PAST = 10;
const past = [];
let running = null;
let foresight = 0;

// --- What is asked ---

const where = () => at("where").value;
const chosen = () => known.calls[where()]?.[Number(at("call").value)];

function showCalls(wanted = chosen()) {
  const calls = known.calls[where()] ?? [];
  at("call").replaceChildren(
    ...calls.map((each, index) => new Option(`${each.verb} ${each.path}`, index)),
  );
  const beside = calls.filter((each) => each.path === wanted?.path);
  const best = beside.find((each) => each.verb === wanted?.verb) ?? beside[0] ?? calls[0];
  at("call").value = calls.indexOf(best);
  at("send").disabled = !calls.length;
  at("variables-place").hidden = where() !== DRAFT;
  at("note").textContent = note(calls.length);
  showParameters();
}

function note(count) {
  const draft = where() === DRAFT;
  if (!count) return draft ? "This API has no methods yet." : "This stage serves no methods.";
  return draft
    ? "The API as it is now, deployed or not; authorizers and API keys are skipped, bodies are held up to 10 MiB."
    : "A real call to the stage; bodies stream.";
}

function showParameters() {
  // The draft asks nobody who they are.
  at("key-place").hidden = !chosen()?.needsKey;
  at("signer-place").hidden = !chosen()?.isSigned;
  const kept = Object.fromEntries(parameters().map(({ name, value }) => [name, value]));
  const names = parametersOf(chosen()?.path ?? "");
  at("parameters").replaceChildren(
    ...names.map((name) => {
      const field = document.createElement("div");
      field.className = "field";
      const input = named("input", { id: `try-parameter-${name}`, className: "mono", autocomplete: "off", value: kept[name] ?? "" });
      input.dataset.parameter = name;
      field.append(named("label", { htmlFor: input.id, textContent: `Path: ${name}` }), input);
      return field;
    }),
  );
  foresee();
}

const parameters = () =>
  [...at("parameters").querySelectorAll("input")].map((input) => ({ name: input.dataset.parameter, value: input.value }));

function target() {
  const values = Object.fromEntries(parameters().map(({ name, value }) => [name, value]));
  return targetOf(chosen()?.path ?? "/", values, at("query").value);
}

function addRow(place, kind, name = "", value = "") {
  const row = named("div", { className: "try-row" });
  const remove = named("button", { type: "button", className: "quiet icon", textContent: "×", ariaLabel: `Remove ${kind}` });
  remove.addEventListener("click", () => {
    row.remove();
    changed();
  });
  row.append(
    named("input", { className: "mono", ariaLabel: `${kind} name`, placeholder: "Name", value: name, autocomplete: "off" }),
    named("input", { className: "mono", ariaLabel: `${kind} value`, placeholder: "Value", value, autocomplete: "off" }),
    remove,
  );
  place.append(row);
  return row;
}

const rows = (place) =>
  [...place.children]
    .map((row) => [...row.querySelectorAll("input")].map((input) => input.value.trim()))
    .filter(([name]) => name);

function headers() {
  const own = [["Content-Type", at("type").value.trim()], ["Accept", at("accept").value.trim()]];
  return [...own.filter(([, value]) => value), ...rows(at("headers"))];
}

const file = () => at("file").files[0] ?? null;
const body = () => file() ?? (at("text").value ? new Blob([at("text").value]) : null);

function asked() {
  const call = chosen();
  return {
    where: where(),
    resource: call.resource,
    method: call.method,
    verb: call.verb,
    target: target(),
    headers: headers(),
    variables: where() === DRAFT ? Object.fromEntries(rows(at("variables"))) : {},
    api_key: call.needsKey ? at("key").value : "",
    ...signer(call),
  };
}

function signer(call) {
  if (!call.isSigned) return {};
  if (at("signer").value === "own") return { by_visitor: true };
  if (at("signer").value !== "other") return {};
  return { signer: { access_key_id: at("access-key-id").value.trim(), secret: at("secret").value } };
}

// --- What is proposed, until somebody says otherwise ---

const own = new Set();
for (const id of ["type", "accept"]) {
  at(id).addEventListener("input", () => own.add(id));
  if (at(id).value) own.add(id); // typed before this script was there
}

function propose() {
  if (!own.has("type")) at("type").value = likelyType();
  if (!own.has("accept")) at("accept").value = likelyAccept(file()?.type ?? "");
}

function likelyType() {
  if (file()) return file().type || "application/octet-stream";
  const text = at("text").value.trim();
  if (!text) return "";
  return /^[[{]/.test(text) ? "application/json" : "text/plain";
}

/** The file's own type where it is binary here; else what curl sends, since asking for binary turns text into an error. */
function likelyAccept(type) {
  const fits = known.binary.some((entry) => entry === type || (entry.endsWith("/*") && type.startsWith(entry.slice(0, -1))));
  return fits ? type : "*/*";
}

function showFile() {
  const found = file();
  at("chosen").hidden = !found;
  at("text-place").hidden = !!found;
  if (found) at("chosen").querySelector("span").textContent = `${found.name}, ${bytes(found.size)}`;
}

at("no-file").addEventListener("click", () => {
  at("file").value = "";
  at("file").dispatchEvent(new Event("change", { bubbles: true }));
  at("file").focus();
});

// --- What would happen, said before it does ---

function foresee() {
  clearTimeout(foresight);
  foresight = setTimeout(lookAhead, 200);
}

async function lookAhead() {
  const call = chosen();
  if (!call) return at("foreseen").replaceChildren();
  const beginning = new Uint8Array((await body()?.slice(0, 126).arrayBuffer()) ?? []);
  const query = new URLSearchParams({
    method: call.verb,
    path: target().split("?")[0],
    contentType: at("type").value.trim(),
    accept: at("accept").value.trim(),
    sample: btoa(String.fromCharCode(...beginning)),
  });
  const found = await fetch(`${place()}/foreseen?${query}`);
  if (found.ok && !found.redirected) at("foreseen").innerHTML = await found.text();
}

const place = () => `/apis/${encodeURIComponent(known.api)}/try/${encodeURIComponent(where())}`;

function changed() {
  propose();
  foresee();
  at("curl").querySelector("code").textContent = "";
  if (!chosen()) return;
  const line = commandLine(known, asked(), file(), at("text").value);
  at("curl").querySelector("code").textContent = line;
  at("curl").querySelector("[data-copy]").dataset.copy = line;
  at("curl").querySelector(".hint").hidden = !(where() === DRAFT && file());
}

at("where").addEventListener("change", () => showCalls());
at("call").addEventListener("change", showParameters);
at("file").addEventListener("change", showFile);
at("add-header").addEventListener("click", () => addRow(at("headers"), "Header").firstChild.focus());
at("add-variable").addEventListener("click", () => addRow(at("variables"), "Stage variable").firstChild.focus());
for (const kind of ["input", "change"]) at("form").addEventListener(kind, changed);

// --- The call ---

at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!running) send(asked(), body());
});
at("cancel").addEventListener("click", () => running?.abort());

function send(call, sent) {
  const request = (running = new XMLHttpRequest());
  request.open("POST", place());
  request.responseType = "blob";
  request.setRequestHeader("x-csrf-token", token);
  request.setRequestHeader("hx-request", "true"); // what refuses it is a part of this page then
  request.setRequestHeader("x-octetgate-call", inBase64(JSON.stringify(call)));
  // The body's type is one of the call's headers; this request has none of its own.
  request.setRequestHeader("content-type", "application/octet-stream");
  begin(sent?.size ?? 0);
  request.upload.addEventListener("progress", (event) => progress("up", event.loaded, sent?.size ?? 0));
  let head = null;
  request.addEventListener("readystatechange", () => {
    if (request.readyState !== XMLHttpRequest.HEADERS_RECEIVED) return;
    head = Answer.head(request);
    if (head) answer.showHead(head);
  });
  request.addEventListener("progress", (event) => progress("down", event.loaded, Answer.length(head)));
  request.addEventListener("load", () => finish(call, request, head));
  request.addEventListener("error", () => end("The connection to octetgate broke off.", call));
  request.addEventListener("abort", () => end("Cancelled: the call was broken off where it was.", call));
  request.send(sent ? sent.slice(0, sent.size, "") : null);
}

function begin(size) {
  answer.clear();
  at("refusal").replaceChildren();
  at("told").hidden = true;
  at("progress").hidden = false;
  at("said").textContent = "Sending…";
  at("cancel").hidden = false;
  at("send").disabled = true;
  progress("up", 0, size);
  progress("down", 0, 0);
}

function progress(way, done, total) {
  const bar = at(way);
  bar.max = Math.max(total, done, 1);
  bar.value = total || done ? done : 0;
  at(`${way}-said`).value = total ? `${bytes(done)} of ${bytes(total)}` : bytes(done);
}

async function finish(call, request, head) {
  const moved = request.getResponseHeader("hx-redirect");
  if (moved) return location.assign(moved);
  if (!head) {
    at("refusal").innerHTML = await request.response.text();
    return end("The call was not made.", call);
  }
  at("told").innerHTML = await answer.take(head, request.response);
  at("told").hidden = false;
  progress("down", answer.size, answer.size);
  // Here it is known when the body was over; the browser waited for what is told, too.
  const spent = `${Number(at("told").querySelector("[data-milliseconds]").dataset.milliseconds).toFixed(0)} ms`;
  answer.addFact("All of it after", spent);
  end(`${head.status}: ${bytes(answer.size)} in ${spent}.`, call);
}

function end(said, call) {
  running = null;
  at("said").textContent = said;
  at("cancel").hidden = true;
  at("send").disabled = false;
  delete call.signer; // a secret is not kept
  past.unshift({ call, said });
  past.length = Math.min(past.length, MOST_PAST);
  at("past").hidden = false;
  at("past").querySelector("ol").replaceChildren(...past.map(remembered));
}

function remembered({ call, said }) {
  const again = named("button", { type: "button", className: "quiet small mono", textContent: `${call.verb} ${call.target}` });
  again.addEventListener("click", () => recall(call));
  const entry = document.createElement("li");
  entry.append(again, named("span", { className: "quiet-text", textContent: ` ${call.where === DRAFT ? "draft" : call.where} · ${said}` }));
  return entry;
}

/** Fill the form with a call that was made; its body is not kept. */
function recall(call) {
  at("where").value = call.where;
  const path = known.calls[call.where].find((each) => each.verb === call.verb && valuesIn(each.path, call.target));
  showCalls(path);
  fill(path?.path ?? "", call.target);
  at("headers").replaceChildren();
  at("variables").replaceChildren();
  document.querySelector(".try-more").open = true;
  for (const id of ["type", "accept"]) {
    own.add(id);
    at(id).value = "";
  }
  for (const [name, value] of call.headers) {
    if (name === "Content-Type") at("type").value = value;
    else if (name === "Accept") at("accept").value = value;
    else addRow(at("headers"), "Header", name, value);
  }
  for (const [name, value] of Object.entries(call.variables)) addRow(at("variables"), "Stage variable", name, value);
  changed();
}

function fill(path, wanted) {
  at("query").value = wanted.split("?")[1] ?? "";
  const values = valuesIn(path, wanted) ?? [];
  at("parameters").querySelectorAll("input").forEach((input, index) => {
    input.value = values[index] ?? "";
  });
}

const inBase64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

showCalls({ path: known.asked.path, verb: known.asked.method });
changed();
