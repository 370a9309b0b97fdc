// The filter box of the blueprints, code that is not saved yet, and the log that goes on.

for (const box of document.querySelectorAll("[data-filters]")) {
  const list = document.getElementById(box.dataset.filters);
  const filter = () => {
    const words = box.value.toLowerCase().split(/\s+/);
    let seen = 0;
    for (const each of list.querySelectorAll("[data-words]")) {
      each.hidden = !words.every((word) => each.dataset.words.toLowerCase().includes(word));
      if (each.hidden) each.querySelector("input").checked = false;
      else seen += 1;
    }
    list.querySelector("[data-none]").hidden = seen > 0;
  };
  box.addEventListener("input", filter);
  // What the browser remembers of the page's last time.
  filter();
}

const unsaved = document.querySelector("[data-unsaved]");
const code = unsaved?.closest("form");
code?.addEventListener("input", () => {
  unsaved.hidden = false;
});
code?.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.xhr.status < 400) unsaved.hidden = true;
});
// What was typed before this script was there.
if (code?.elements.code.value !== code?.elements.code.defaultValue) unsaved.hidden = false;
addEventListener("beforeunload", (event) => {
  if (unsaved && !unsaved.hidden) event.preventDefault();
});

const log = document.getElementById("log");
let shown = "";
log?.addEventListener("htmx:beforeSwap", (event) => {
  // A log that says what it said stays as it is, with what is marked in it and where it stands.
  if (event.detail.serverResponse === shown) event.detail.shouldSwap = false;
  else shown = event.detail.serverResponse;
});
log?.addEventListener("htmx:afterSwap", () => {
  const lines = log.querySelector("pre");
  if (lines) lines.scrollTop = lines.scrollHeight;
});
