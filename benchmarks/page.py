"""The page that benchmarks write their results to, each its own section."""

import re
from pathlib import Path

README = Path(__file__).parent / "README.md"


def replaced(page: str, heading: str, made: str) -> str:
    """Return the page with a section in the place of the old one, or at its end."""
    pattern = rf"{re.escape(heading)}\n.*?(?=^## |\Z)"
    found = re.search(pattern, page, re.DOTALL | re.MULTILINE)
    if found is None:
        return f"{page.rstrip()}\n\n{made}"
    rest = page[found.end() :]
    return f"{page[: found.start()]}{made}" + (f"\n{rest}" if rest else "")
