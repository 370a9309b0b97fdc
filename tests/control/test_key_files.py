import pytest

from octetgate.control.key_files import BadFile, ImportedKey, read_keys

KEY = "apikey1234abcdefghij0123456789"


def read(text):
    return read_keys(text.encode())


@pytest.mark.parametrize(
    "text, expected",
    [
        pytest.param(
            f"Key,name\n{KEY},MyFirstApiKey\n",
            ImportedKey("MyFirstApiKey", KEY, "", True, ()),
            id="documented-shortest",
        ),
        pytest.param(
            f"Name,key,description,Enabled,usageplanIds\r\nn,{KEY},An imported key,FALSE,c7y23b\r\n",
            ImportedKey("n", KEY, "An imported key", False, ("c7y23b",)),
            id="documented-all-columns",
        ),
        pytest.param(
            f'Enabled,Name,key,UsageplanIds\ntrue,n,{KEY},"c7y23b, glvrsr"\n',
            ImportedKey("n", KEY, "", True, ("c7y23b", "glvrsr")),
            id="documented-double-quotes",
        ),
        pytest.param(
            f"UsageplanIds,Name,key\n'c7y23b,glvrsr',n,{KEY}\n",
            ImportedKey("n", KEY, "", True, ("c7y23b", "glvrsr")),
            id="documented-single-quotes",
        ),
        pytest.param(
            f"colour,name,key\nred,O'Neil,{KEY}",
            ImportedKey("O'Neil", KEY, "", True, ()),
            id="unknown-column-and-apostrophe",
        ),
        pytest.param(
            f"\ufeffname,key\n\nn,{KEY}\n,\n",
            ImportedKey("n", KEY, "", True, ()),
            id="mark-and-empty-lines",
        ),
    ],
)
def test_a_line_is_a_key(text, expected):
    assert read(text) == ([expected], [])


@pytest.mark.parametrize(
    "line, warning",
    [
        ("n,short", "line 2: key: expected 30 to 128 characters; found 5"),
        (f"n,{'k' * 129}", "line 2: key: expected 30 to 128 characters; found 129"),
        (f"{'n' * 1025},{KEY}", "line 2: name: expected at most 1024 characters; found 1025"),
        (f"n,{KEY},maybe", "line 2: enabled: expected true or false; found 'maybe'"),
        ("n", "line 2: key: expected 30 to 128 characters; found 0"),
        (f"'n,{KEY}", "line 2: key: expected 30 to 128 characters; found 0"),
    ],
)
def test_a_line_that_is_no_key_is_named(line, warning):
    assert read(f"name,key,enabled\n{line}\n") == ([], [warning])


@pytest.mark.parametrize(
    "data, message",
    [
        (b"", "body: expected a head and keys; found nothing"),
        (b"key\n", "body: expected a column name; found key"),
        (b"name,value\n", "body: expected a column key; found name, value"),
        (b"\xff", "body: expected UTF-8; "),
        (b"name,key\n" + b"x" * 200_000, "body: expected comma-separated values; "),
    ],
)
def test_a_file_that_keys_cannot_be_read_from_is_refused(data, message):
    with pytest.raises(BadFile) as refused:
        read_keys(data)
    assert str(refused.value).startswith(message)
