// <code-editor language="vtl"><textarea name="…">: the field stays the form's, CodeMirror shows it.
import { openEditor } from "./vendor/codemirror.js";

class CodeEditor extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector("textarea");
    if (!field || this.view) return;
    const isBeingTypedIn = document.activeElement === field;
    field.hidden = true;
    const label = this.closest(".field")?.querySelector("label");
    label?.addEventListener("click", () => this.view.focus());
    this.view = openEditor({
      // In a shadow root its styles are sheets, and the page's policy needs no exception.
      root: this.shadowRoot ?? this.attachShadow({ mode: "open" }),
      text: field.value,
      language: this.getAttribute("language"),
      label: label?.textContent ?? field.name,
      readOnly: field.readOnly,
      changed: (text) => {
        field.value = text;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      },
    });
    // Whoever began in the plain field goes on here, at the same place.
    if (isBeingTypedIn) {
      this.view.dispatch({ selection: { anchor: field.selectionStart, head: field.selectionEnd } });
      this.view.focus();
    }
  }

  get value() {
    return this.querySelector("textarea").value;
  }

  set value(text) {
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
  }
}
customElements.define("code-editor", CodeEditor);
