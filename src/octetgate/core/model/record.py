"""How a record is written: frozen, by keyword, in AWS's camelCase on the wire and in the store."""

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A frozen noun of the model.  Members at their default stay out of documents.

    ``frozen`` and ``kw_only`` are said again by each record: mypy and msgspec do not hand
    them down.
    """
