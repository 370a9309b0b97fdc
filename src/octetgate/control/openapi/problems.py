"""What is wrong with a document: what stops the import, and what is only left out."""

from dataclasses import dataclass, field

from octetgate.control.errors import BadRequestException


@dataclass(slots=True)
class Problems:
    """Everything found, in the order in which it was found; each text once."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def error(self, text: str) -> None:
        """Note what stops the import."""
        if text not in self.errors:
            self.errors.append(text)

    def warn(self, text: str) -> None:
        """Note what was left out, or taken for something that it does not quite say."""
        if text not in self.warnings:
            self.warnings.append(text)

    def refuse(self, *, fail_on_warnings: bool) -> None:
        """Raise the one error that tells all of it, laid out as AWS does (recorded)."""
        warned = "".join(f"\n\t{each}" for each in self.warnings)
        if self.errors:
            found = "".join(f"\n\t{each}" for each in self.errors)
            more = f"\nAdditionally, these warnings were found:{warned}" if warned else ""
            raise BadRequestException(f"Errors found during import:{found}{more}")
        if warned and fail_on_warnings:
            raise BadRequestException(f"Warnings found during import:{warned}")
