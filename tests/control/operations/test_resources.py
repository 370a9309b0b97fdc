import re

import pytest
from tests.control.refusals import absent, bad, refused, taken


@pytest.fixture
def below(gw, api):
    """Return a function that makes a path below another and returns its id."""

    def made(part, parent=None):
        return gw.create_resource(restApiId=api.id, parentId=parent or api.root, pathPart=part)[
            "id"
        ]

    return made


def patched(gw, api, resource, path, value, op="replace"):
    return gw.update_resource(
        restApiId=api.id,
        resourceId=resource,
        patchOperations=[{"op": op, "path": path, "value": value}],
    )


def paths(gw, api):
    return [each["path"] for each in gw.get_resources(restApiId=api.id)["items"]]


def test_the_root_has_an_id_and_a_path_only(gw, api):
    root = gw.get_resource(restApiId=api.id, resourceId=api.root)
    root.pop("ResponseMetadata")
    assert root == {"id": api.root, "path": "/"}


def test_a_new_path_says_where_it_is(gw, api, below):
    pets = below("pets")
    made = gw.create_resource(restApiId=api.id, parentId=pets, pathPart="{id}")
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert re.fullmatch("[a-z0-9]{6}", made["id"])
    assert (made["parentId"], made["pathPart"], made["path"]) == (pets, "{id}", "/pets/{id}")


def test_methods_are_shown_whole_when_embedded(gw, mocked):
    api, resource = mocked["restApiId"], mocked["resourceId"]
    plain = gw.get_resource(restApiId=api, resourceId=resource)
    whole = gw.get_resource(restApiId=api, resourceId=resource, embed=["methods"])
    assert plain["resourceMethods"] == {"POST": {}}
    assert whole["resourceMethods"]["POST"]["methodIntegration"]["type"] == "MOCK"


@pytest.mark.parametrize(
    "part",
    ["a b", "a/b", "{a", "a}", "{a}b", "{}", "{a+", "", "ä", "{proxy+}x"],
)
def test_a_malformed_path_part_is_refused(gw, api, part):
    message = (
        "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and "
        "curly braces at the beginning and the end."
    )
    found = refused(gw.create_resource, restApiId=api.id, parentId=api.root, pathPart=part)
    assert found == bad(message)


def test_siblings_have_names_of_their_own(gw, api, below):
    below("pets")
    found = refused(gw.create_resource, restApiId=api.id, parentId=api.root, pathPart="pets")
    assert found == taken("Another resource with the same parent already has this name: pets")


def test_only_one_sibling_is_a_variable(gw, api, below):
    below("{proxy+}")
    message = (
        "A sibling ({proxy+}) of this resource already has a variable path part -- "
        "only one is allowed"
    )
    found = refused(gw.create_resource, restApiId=api.id, parentId=api.root, pathPart="{id}")
    assert found == bad(message)


def test_nothing_is_below_a_greedy_variable(gw, api, below):
    greedy = below("{proxy+}")
    found = refused(gw.create_resource, restApiId=api.id, parentId=greedy, pathPart="x")
    assert found == bad("Cannot create a child of a resource with a greedy path variable: {proxy+}")


def test_an_unknown_path_is_not_found(gw, api):
    expected = absent("Invalid Resource identifier specified")
    assert refused(gw.get_resource, restApiId=api.id, resourceId="x") == expected
    assert refused(gw.delete_resource, restApiId=api.id, resourceId="x") == expected
    found = refused(gw.create_resource, restApiId=api.id, parentId="x", pathPart="y")
    assert found == expected


def test_renaming_a_path_renames_all_below_it(gw, api, below):
    below("{id}", below("pets"))
    pets = gw.get_resources(restApiId=api.id)["items"][1]["id"]
    assert patched(gw, api, pets, "/pathPart", "animals")["path"] == "/animals"
    assert paths(gw, api) == ["/", "/animals", "/animals/{id}"]


def test_moving_a_path_moves_all_below_it(gw, api, below):
    pets, zoo = below("pets"), below("zoo")
    below("{id}", pets)
    patched(gw, api, pets, "/parentId", zoo)
    assert sorted(paths(gw, api)) == ["/", "/zoo", "/zoo/pets", "/zoo/pets/{id}"]


def test_a_path_does_not_move_below_itself(gw, api, below):
    pets = below("pets")
    child = below("{id}", pets)
    change = [{"op": "replace", "path": "/parentId", "value": child}]
    found = refused(gw.update_resource, restApiId=api.id, resourceId=pets, patchOperations=change)
    assert found == bad("Resources cannot be cyclical.")


@pytest.mark.parametrize("member", ["pathPart", "parentId"])
def test_the_root_stays_where_it_is(gw, api, member):
    change = [{"op": "replace", "path": f"/{member}", "value": "x"}]
    found = refused(
        gw.update_resource, restApiId=api.id, resourceId=api.root, patchOperations=change
    )
    assert found == bad(f"Root resource cannot update its {member}.")


@pytest.mark.parametrize(
    "op, path, message",
    [
        (
            "replace",
            "/x",
            "Invalid patch path  '/x' specified for op 'replace'. Must be one of: [/parentId, /pathPart]",
        ),
        (
            "add",
            "/pathPart",
            "Invalid patch path  '/pathPart' specified for op 'add'. Please choose supported operations",
        ),
    ],
)
def test_other_patches_of_a_path_are_refused(gw, api, below, op, path, message):
    change = [{"op": op, "path": path, "value": "x"}]
    found = refused(
        gw.update_resource, restApiId=api.id, resourceId=below("pets"), patchOperations=change
    )
    assert found == bad(message)


def test_deleting_a_path_takes_what_is_below_it(gw, api, below):
    pets = below("pets")
    below("{id}", pets)
    below("other")
    gone = gw.delete_resource(restApiId=api.id, resourceId=pets)
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert paths(gw, api) == ["/", "/other"]


def test_the_root_is_not_deleted(gw, api):
    found = refused(gw.delete_resource, restApiId=api.id, resourceId=api.root)
    assert found == bad("Root resource cannot be deleted.")
