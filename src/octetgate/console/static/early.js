// What somebody does before the page's scripts are there: kept, and done as soon as they are.
//
// It stands in the head and comes before everything that can be clicked.  A form that htmx has not
// bound yet would be sent by the browser, whose answer is a part of a page; a button that no script
// listens to would do nothing.  Only what the scripts would see is kept; typing, choosing and
// ticking happen at once.

const kept = [];

const KEEPERS = {
  submit(event) {
    event.preventDefault();
    // Sent once, however often its button was pressed: as later, when it is disabled meanwhile.
    if (kept.some(({ type, target }) => type === "submit" && target === event.target)) return;
    const { target, submitter } = event;
    keep(event, () => target.requestSubmit(submitter));
  },
  click(event) {
    const button = event.target.closest("button[type=button]");
    if (!button) return;
    event.preventDefault();
    keep(event, () => button.click());
  },
  input: told,
  change: told,
};

/** Tell the scripts of a field that has its new value already; the last of several times counts. */
function told(event) {
  const { type, target } = event;
  const before = kept.findIndex((each) => each.type === type && each.target === target);
  if (before >= 0) kept.splice(before, 1);
  keep(event, () => target.dispatchEvent(new Event(type, { bubbles: true })));
}

function keep(event, again) {
  // Some scripts may be there already, and would hear of it twice.
  event.stopImmediatePropagation();
  kept.push({ type: event.type, target: event.target, again });
}

for (const [type, keeper] of Object.entries(KEEPERS)) addEventListener(type, keeper, { capture: true });

// The scripts are deferred, which puts them before this event; htmx binds at the document's, which
// comes before the window's.  One that could not be loaded does not stop it either.
addEventListener("DOMContentLoaded", () => {
  for (const [type, keeper] of Object.entries(KEEPERS)) removeEventListener(type, keeper, { capture: true });
  for (const { target, again } of kept) if (target.isConnected) again();
});

// A file that is dropped on a form's drop area becomes its file field's; without this the browser
// would leave the page and show the file.
for (const kind of ["dragover", "dragleave", "drop"]) {
  addEventListener(kind, (event) => {
    const area = event.target instanceof Element ? event.target.closest("[data-drop]") : null;
    if (!area) return;
    event.preventDefault();
    area.classList.toggle("over", kind === "dragover");
    if (kind !== "drop" || !event.dataTransfer.files.length) return;
    const input = area.querySelector("input[type=file]");
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
