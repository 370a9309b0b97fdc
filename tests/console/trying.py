"""What hands do on the page *Try it*: drop a file, look at the picture, take the answer home."""

import base64
from pathlib import Path

DROP = """([selector, data, name, type]) => {
  const bytes = Uint8Array.from(atob(data), (each) => each.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name, { type }));
  for (const kind of ["dragover", "drop"]) {
    document.querySelector(selector).dispatchEvent(
      new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
  }
}"""

SIZE = "async (each) => { await each.decode(); return [each.naturalWidth, each.naturalHeight]; }"
"""Of a picture on the page: width and height."""


def drop(page, data, name="cat.png", kind="image/png"):
    """Drop a file on the page as a hand does."""
    page.evaluate(DROP, [".drop", base64.b64encode(data).decode(), name, kind])


def downloaded(page):
    """Return the bytes of the answer, as the page gives them away."""
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    return Path(download.value.path()).read_bytes()
