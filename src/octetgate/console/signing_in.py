"""What the form that asks for a key brings."""

from dataclasses import dataclass
from typing import Self

from starlette.datastructures import FormData


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who wants to come in."""

    access_key_id: str
    secret: str
    then: str
    """Where they were going: a path of the console and nowhere else."""

    @classmethod
    def of(cls, form: FormData) -> Self:
        """Return what the form says."""
        then = str(form.get("next", ""))
        # "//elsewhere" and "/\elsewhere" lead to another site.
        is_ours = then.startswith("/") and not then.startswith(("//", "/\\"))
        return cls(
            str(form.get("access_key_id", "")).strip(),
            str(form.get("secret", "")).strip(),
            then if is_ours else "/",
        )
