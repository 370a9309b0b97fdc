import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octetgate.control.errors import BadRequestException, NotFoundException
from octetgate.control.patching import (
    ADD,
    EVERY,
    REMOVE,
    REPLACE,
    Listing,
    Patch,
    Row,
    Table,
    Terse,
    entry,
    flag,
    listed,
    option,
    required,
    text,
    whole,
)


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    name: str = "n"
    note: str | None = None
    open: bool = False
    size: int = 0
    kinds: tuple[str, ...] | None = None
    texts: dict[str, str] | None = None


ROWS = (
    Row("/name", (REPLACE,), required("name")),
    Row("/note", EVERY, option("note")),
    Row("/open", (REPLACE,), flag("open")),
    Row("/size", (REPLACE,), whole("size")),
    Row("/kinds/{kind}", EVERY, listed("kinds")),
    Row("/texts/{key}", EVERY, entry("texts", text, missing="not there")),
)
TERSE = Table(ROWS, Terse())
LISTING = Table(ROWS[:2], Listing())


def patched(*operations, thing=None, table=TERSE):
    names = ("op", "path", "value", "from")
    return table.patched(
        thing or Thing(), [dict(zip(names, each, strict=False)) for each in operations]
    )


@pytest.mark.parametrize(
    "before, op, path, value, after",
    [
        pytest.param(Thing(), REPLACE, "/name", "m", Thing(name="m"), id="text"),
        pytest.param(Thing(note="x"), REPLACE, "/note", "", Thing(), id="empty-unsets-an-option"),
        pytest.param(Thing(note="x"), REMOVE, "/note", None, Thing(), id="removed"),
        pytest.param(Thing(), REPLACE, "/open", "true", Thing(open=True), id="boolean"),
        pytest.param(Thing(), REPLACE, "/size", "5", Thing(size=5), id="integer"),
        pytest.param(
            Thing(), ADD, "/kinds/image~1png", None, Thing(kinds=("image/png",)), id="added"
        ),
        pytest.param(
            Thing(),
            ADD,
            "/kinds/-",
            "image/png",
            Thing(kinds=("-",)),
            id="the-value-of-an-add-is-ignored",
        ),
        pytest.param(
            Thing(kinds=("a", "b")),
            ADD,
            "/kinds/a",
            None,
            Thing(kinds=("a", "b")),
            id="added-twice",
        ),
        pytest.param(
            Thing(kinds=("png", "jpeg")),
            REPLACE,
            "/kinds/png",
            "gif",
            Thing(kinds=("jpeg", "gif")),
            id="replaced-goes-to-the-end",
        ),
        pytest.param(
            Thing(kinds=("a",)), REMOVE, "/kinds/a", None, Thing(), id="the-last-one-removed"
        ),
        pytest.param(
            Thing(), ADD, "/texts/a~1b~01", "v", Thing(texts={"a/b~1": "v"}), id="escapes"
        ),
        pytest.param(
            Thing(texts={"a": "v", "b": "w"}),
            REMOVE,
            "/texts/a",
            None,
            Thing(texts={"b": "w"}),
            id="entry-removed",
        ),
    ],
)
def test_an_operation_changes_what_its_path_names(before, op, path, value, after):
    assert patched((op, path, value), thing=before) == after


@pytest.mark.parametrize(
    "table, op, path, message",
    [
        pytest.param(TERSE, REPLACE, "/wrongPath", "Invalid patch path /wrongPath", id="unknown"),
        pytest.param(TERSE, REPLACE, None, "Invalid patch path null", id="missing"),
        pytest.param(TERSE, REPLACE, "/kinds", "Invalid patch path /kinds", id="no-element"),
        pytest.param(TERSE, ADD, "/texts/a/b", "Invalid patch path /texts/a/b", id="unescaped"),
        pytest.param(
            TERSE,
            ADD,
            "/name",
            "Invalid patch operation specified. Must be one of: [replace]",
            id="unsupported",
        ),
        pytest.param(
            TERSE, ADD, "/texts/a", "Invalid null or empty value in texts", id="null-value"
        ),
        pytest.param(
            TERSE,
            REPLACE,
            "/open",
            "Invalid patch value for /open: expected true or false; found nothing",
            id="no-boolean",
        ),
        pytest.param(
            TERSE,
            REPLACE,
            "/size",
            "Invalid patch value for /size: expected an integer; found nothing",
            id="no-integer",
        ),
        pytest.param(
            LISTING,
            REPLACE,
            "/x",
            "Invalid patch path  '/x' specified for op 'replace'. Must be one of: [/name, /note]",
            id="listing-unknown",
        ),
        pytest.param(
            LISTING,
            ADD,
            "/name",
            "Invalid patch path  '/name' specified for op 'add'. Please choose supported operations",
            id="listing-unsupported",
        ),
    ],
)
def test_a_patch_is_refused_in_its_familys_words(table, op, path, message):
    with pytest.raises(BadRequestException) as refused:
        patched((op, path), table=table)
    assert str(refused.value) == message


def test_an_entry_to_remove_has_to_be_there():
    with pytest.raises(NotFoundException, match="not there"):
        patched((REMOVE, "/texts/a"))


def test_operations_are_applied_in_order():
    assert patched((REPLACE, "/name", "a"), (REPLACE, "/name", "b")).name == "b"


@given(st.text(min_size=1))
def test_every_name_survives_being_escaped(name):
    escaped = name.replace("~", "~0").replace("/", "~1")
    assert Patch(ADD, f"/texts/{escaped}").names == ("texts", name)
