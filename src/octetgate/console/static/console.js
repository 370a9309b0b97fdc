// What every page needs: dialogs, refusals beside their forms, toasts, copying.

const within = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

document.addEventListener("click", (event) => {
  const opener = within(event, "[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
  const closer = within(event, "[data-closes]");
  if (closer) closer.closest("dialog")?.close();
  const copier = within(event, "[data-copy]");
  if (copier) copy(copier);
  if (within(event, "[data-theme-toggle]")) switchTheme();
});

// A dialog that the page came for.
document.querySelector("dialog[data-opened]")?.showModal();

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    say("Copied.");
  } catch {
    // Browsers have no clipboard for pages that came by plain HTTP from another machine.
    say("This browser lets the page copy nothing; select the text instead.", "bad");
  }
}

function switchTheme() {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = root.dataset.theme ?? (dark ? "dark" : "light");
  root.dataset.theme = now === "dark" ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
}

/** Say in passing what has been done. */
export function say(text, kind = "") {
  const toast = document.createElement("p");
  toast.className = `toast ${kind}`;
  toast.textContent = text;
  document.getElementById("toasts").append(toast);
  leave(toast);
}

function leave(toast) {
  setTimeout(() => toast.remove(), 6000);
}
document.querySelectorAll(".toast").forEach(leave);
document.body.addEventListener("said", (event) => say(event.detail.text));

// A refusal goes into the form that was sent, or where there is none into a toast.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, elt, requestConfig } = event.detail;
  if (xhr.status < 400) return;
  const asked = requestConfig?.elt ?? elt;
  const place = asked.closest("form")?.querySelector("[data-refusal]");
  if (place) {
    Object.assign(event.detail, { shouldSwap: true, isError: false, target: place, swapOverride: "innerHTML" });
  } else {
    const refusal = new DOMParser().parseFromString(xhr.responseText, "text/html");
    say(refusal.querySelector(".refusal-message")?.textContent ?? `${xhr.status} ${xhr.statusText}`, "bad");
  }
});
document.body.addEventListener("htmx:sendError", () => say("octetgate does not answer. Is it running?", "bad"));
document.body.addEventListener("htmx:beforeRequest", (event) => {
  event.detail.elt.closest("form")?.querySelector("[data-refusal]")?.replaceChildren();
});

// A choice that fills its form's editor with a text of the server.
document.addEventListener("change", async (event) => {
  const select = within(event, "select[data-fills]");
  if (!select?.value) return;
  const answer = await fetch(`${select.dataset.fills}${encodeURIComponent(select.value)}/template`);
  if (answer.ok) select.closest("form").querySelector("code-editor").value = await answer.text();
  else say(`${select.value}: ${answer.status} ${answer.statusText}`, "bad");
});
