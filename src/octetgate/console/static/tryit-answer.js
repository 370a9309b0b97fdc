// The answer of a tried API: data, shown as a picture, text or hex, and never as a page.
import { bytes, named } from "./tryit-words.js";

const HEX_BYTES = 1024;
const TEXT_BYTES = 256 * 1024;
const LARGEST_DRAWING = 1024 * 1024;
const LENGTH_BYTES = 4;

export class Answer {
  /** What came so far of the request's answer: status and headers, or null for a refusal. */
  static head(request) {
    const said = request.getResponseHeader("x-octetgate-answer");
    if (!said) return null;
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(said), (each) => each.charCodeAt(0))));
  }

  /** How long the body says it is; 0 while nobody knows. */
  static length(head) {
    return Number(header(head, "content-length") ?? 0);
  }

  constructor(at) {
    this.at = at;
    this.url = "";
    this.size = 0;
    for (const tab of this.tabs()) {
      tab.addEventListener("click", () => this.show(tab.dataset.view));
      tab.addEventListener("keydown", (event) => this.move(event));
    }
  }

  tabs() {
    return [...document.querySelectorAll(".try-views [role=tab]")];
  }

  clear() {
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = "";
    this.blob = null;
    this.at("result").hidden = true;
    this.at("view").replaceChildren();
  }

  showHead(head) {
    this.at("facts").replaceChildren(...fact("Status", String(head.status)), ...fact("First byte after", `${head.milliseconds.toFixed(0)} ms`));
    this.at("headers-got").replaceChildren(...head.headers.flatMap(([name, value]) => fact(name, value)));
  }

  addFact(name, value) {
    this.at("facts").append(...fact(name, value));
  }

  /** Take the whole answer apart: the API's bytes, and what is told about the call. */
  async take(head, whole) {
    const last = new DataView(await whole.slice(whole.size - LENGTH_BYTES).arrayBuffer());
    const end = whole.size - LENGTH_BYTES - last.getUint32(0);
    this.blob = whole.slice(0, end, "application/octet-stream");
    this.size = end;
    this.type = (header(head, "content-type") ?? "").split(";")[0].trim().toLowerCase();
    this.coding = header(head, "content-encoding");
    this.url = URL.createObjectURL(this.blob);
    this.drawn = this.type.startsWith("image/") ? this.type : await pictureOf(await this.plain());
    this.at("facts").append(...fact("Body", this.described()));
    const ending = ENDINGS[this.drawn || this.type] ?? "";
    Object.assign(this.at("download"), { href: this.url, download: `answer${ending}` });
    this.at("result").hidden = false;
    this.at("tab-picture").hidden = !this.drawn;
    await this.show(this.drawn ? "picture" : (await this.isText()) ? "text" : "hex");
    return whole.slice(end, whole.size - LENGTH_BYTES).text();
  }

  described() {
    const said = this.type ? ` of ${this.type}` : " without Content-Type";
    return bytes(this.size) + said + (this.drawn && this.drawn !== this.type ? `; its bytes are ${this.drawn}` : "");
  }

  async show(view) {
    for (const tab of this.tabs()) {
      tab.setAttribute("aria-selected", String(tab.dataset.view === view));
      tab.tabIndex = tab.dataset.view === view ? 0 : -1;
    }
    const plain = await this.plain();
    const made = await { picture: () => this.picture(plain), text: () => this.text(plain), hex: () => this.hex() }[view]();
    this.at("view").replaceChildren(made);
  }

  move(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tabs = this.tabs().filter((tab) => !tab.hidden);
    const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
    next.focus();
    this.show(next.dataset.view);
  }

  /** The body without the coding that the gateway put on it. */
  async plain() {
    if (!["gzip", "deflate"].includes(this.coding)) return this.blob;
    try {
      return await new Response(this.blob.stream().pipeThrough(new DecompressionStream(this.coding))).blob();
    } catch {
      return this.blob;
    }
  }

  async picture(plain) {
    const image = named("img", { alt: `The answer: ${this.drawn}, ${bytes(this.size)}` });
    const failed = named("p", { textContent: `These bytes are no ${this.drawn} that the browser can draw.` });
    image.addEventListener("error", () => image.replaceWith(failed));
    if (this.drawn.startsWith("image/svg")) {
      // As an address of its own a drawing could be opened beside the console and run scripts.
      if (plain.size > LARGEST_DRAWING) return named("p", { textContent: "This drawing is too large to show." });
      image.src = await inAnAddress(plain.slice(0, plain.size, "image/svg+xml"));
    } else {
      const shown = URL.createObjectURL(plain.slice(0, plain.size, this.drawn));
      image.addEventListener("load", () => URL.revokeObjectURL(shown));
      image.src = shown;
    }
    return image;
  }

  async text(plain) {
    const said = await plain.slice(0, TEXT_BYTES).text();
    const cut = plain.size > TEXT_BYTES ? `\n… and ${bytes(plain.size - TEXT_BYTES)} more` : "";
    return named("pre", { textContent: (cut ? said : pretty(said)) + cut });
  }

  async hex() {
    const data = new Uint8Array(await this.blob.slice(0, HEX_BYTES).arrayBuffer());
    const more = this.size > HEX_BYTES ? `\n… the first ${HEX_BYTES} of ${this.size} bytes` : "";
    return named("pre", { className: "try-hex", textContent: hexLines(data).join("\n") + more });
  }

  async isText() {
    try {
      const beginning = await (await this.plain()).slice(0, HEX_BYTES).arrayBuffer();
      // A character may be cut at the end, which is no mistake of the text.
      return !/[\x00-\x08\x0e-\x1f]/.test(new TextDecoder("utf-8", { fatal: true }).decode(beginning, { stream: true }));
    } catch {
      return false;
    }
  }
}

const ENDINGS = {
  "application/json": ".json", "application/pdf": ".pdf", "application/zip": ".zip", "image/gif": ".gif",
  "image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "text/csv": ".csv", "text/plain": ".txt",
};

// An API may well send a picture under another type: the launch article's does.
const BEGINNINGS = [["image/png", "\x89PNG\r\n\x1a\n"], ["image/jpeg", "\xff\xd8\xff"], ["image/gif", "GIF8"], ["image/webp", "RIFF....WEBP"]];

async function pictureOf(blob) {
  const beginning = new Uint8Array(await blob.slice(0, 12).arrayBuffer());
  const begins = (mark) => [...mark].every((each, index) => each === "." || each.charCodeAt(0) === beginning[index]);
  return BEGINNINGS.find(([, mark]) => begins(mark))?.[0] ?? "";
}

const header = (head, name) => head?.headers.find(([known]) => known.toLowerCase() === name)?.[1];
const fact = (name, value) => [named("dt", { textContent: name }), named("dd", { textContent: value })];

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function hexLines(data) {
  const lines = [];
  for (let start = 0; start < data.length; start += 16) {
    const row = [...data.subarray(start, start + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = row.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
    lines.push(`${start.toString(16).padStart(8, "0")}  ${hex.padEnd(47)}  ${text}`);
  }
  return lines;
}

function inAnAddress(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(blob);
  });
}
