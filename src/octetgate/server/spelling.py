"""Names that are no setting's, and the one that was probably meant."""

from collections.abc import Collection, Mapping


def misspelled(environ: Mapping[str, str], prefix: str, names: Collection[str]) -> str | None:
    """Say which variable is nearly a setting; others with our prefix are somebody else's.

    A scheduler puts ``OCTETGATE_SERVICE_HOST`` there where a service has our name.
    """
    for variable in environ:
        name = variable.removeprefix(prefix)
        if name == variable or name.lower() in names:
            continue
        near = _nearest(name.lower(), names)
        if near is not None:
            return f"{variable}: expected a setting's name, perhaps {prefix}{near.upper()}"
    return None


def like(name: str, names: Collection[str]) -> str:
    """Return the setting that was probably meant, or all there are."""
    near = _nearest(name, names)
    return f"a setting, perhaps {near}" if near else f"one of {', '.join(sorted(names))}"


def _nearest(name: str, names: Collection[str]) -> str | None:
    import difflib  # Nobody waits for it who has spelled well.

    found = difflib.get_close_matches(name, sorted(names), n=1, cutoff=0.75)
    return found[0] if found else None
