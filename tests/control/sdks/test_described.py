import pytest

from octetgate.control.sdks.described import described


def operations(paths):
    document = {"info": {"title": "t", "version": "1"}, "paths": paths}
    return described(document, stage="s", url="http://x").operations


def named(paths):
    return [" ".join(each.words) for each in operations(paths)]


@pytest.mark.parametrize(
    "path, name",
    [
        ("/", "root Get"),
        ("/pets", "pets Get"),
        ("/pets/{petId}", "pets petId Get"),
        ("/{proxy+}", "proxy Get"),
        ("/2pets/a-b.c", "_2pets a b c Get"),
    ],
)
def test_an_operation_is_named_after_its_path_and_verb(path, name):
    assert named({path: {"get": {}}}) == [name]


def test_names_that_would_be_the_same_are_told_apart():
    found = named({"/a/b": {"get": {}}, "/a-b": {"get": {}}, "/aB": {"get": {}}})
    assert found == ["a b Get", "a b Get 2", "aB Get 3"]


def test_any_is_every_verb_that_has_no_operation_of_its_own():
    found = operations(
        {"/": {"get": {"parameters": [{"name": "q", "in": "query"}]}, ANY: {"parameters": []}}}
    )
    assert [each.verb for each in found] == [
        "GET",
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
        "HEAD",
        "OPTIONS",
    ]
    assert [each.parameters["query"] for each in found[:2]] == [("q",), ()]


def test_parameters_stand_where_they_are_sent_and_the_path_s_are_needed():
    [found] = operations(
        {
            "/a/{id}/{rest+}": {
                "get": {
                    "parameters": [
                        {"name": "id", "in": "path", "required": True},
                        {"name": "q", "in": "query", "required": True},
                        {"name": "X-H", "in": "header"},
                    ]
                }
            }
        }
    )
    assert found.parameters == {"path": ("id", "rest"), "query": ("q",), "header": ("X-H",)}
    assert found.required == ("id", "rest", "q")


def test_bytes_are_of_the_type_that_the_operation_takes():
    content = {"image/png": {}, "image/jpeg": {}}
    found = operations({"/": {"post": {"requestBody": {"content": content}}, "get": {}}})
    assert {each.verb: each.consumes for each in found} == {
        "POST": "image/png",
        "GET": "application/octet-stream",
    }


ANY = "x-amazon-apigateway-any-method"
