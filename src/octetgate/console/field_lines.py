"""Fields of forms in which every line says something: headers, and names with values."""

from octetgate.console.operations import Refusal


def named_values(lines: str) -> dict[str, str]:
    """Return the map that lines of ``name=value`` stand for; Refusal names a line that is none."""
    return dict(_pairs(lines, "="))


def headers(lines: str) -> list[tuple[str, str]]:
    """Return the headers that lines of ``Name: value`` are; Refusal names a line that is none."""
    return _pairs(lines, ": ")


def words(lines: str) -> list[str]:
    """Return what stands in a line of its own, or between commas."""
    return [
        word for line in lines.splitlines() for each in line.split(",") if (word := each.strip())
    ]


def _pairs(lines: str, sign: str) -> list[tuple[str, str]]:
    found = []
    for number, line in enumerate(lines.splitlines(), 1):
        if not line.strip():
            continue
        name, mark, value = line.partition(sign.strip())
        if not mark or not name.strip():
            raise Refusal(
                "BadRequestException",
                f"line {number}: expected name{sign}value; found {line.strip()!r}",
                400,
            )
        found.append((name.strip(), value.strip()))
    return found
