"""What exists is documented, and what is documented exists."""

import re
import tomllib

import botocore.session
import pytest
import typer.main
from botocore import xform_name

from octetgate.cli.commands import app
from octetgate.server.settings import ClientSettings, Settings, known


def read(project, page):
    return (project / "docs" / page).read_text()


def section(page, title):
    """Return the text under a heading, up to the next one of its level or above."""
    level, _, _ = title.partition(" ")
    _, found, rest = page.partition(f"\n{title}\n")
    assert found, f"no heading {title!r}"
    return re.split(rf"^#{{1,{len(level)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def quoted(text):
    return set(re.findall(r"`(\w+)`", text))


def operations(service):
    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(name) for name in model.operation_names}


def test_every_setting_is_documented_and_every_documented_setting_exists(project):
    page = read(project, "reference/settings.md")
    documented = set(re.findall(r"^\| `(\w+)` \|", page, flags=re.MULTILINE))
    settings = {each.name for kind in (Settings, ClientSettings) for each in known(kind)}
    assert documented == settings


def test_every_integration_type_is_documented(project, source):
    page = section(read(project, "reference/supported-operations.md"), "## Integration types")
    documented = set(re.findall(r"^\| `(\w+)` \|", page, flags=re.MULTILINE))
    files = {file.stem.upper() for file in (source / "gateway/integrations").glob("[!_]*.py")}
    assert files == documented


def test_every_api_gateway_operation_is_listed_once_as_answered_or_not(project):
    page = section(
        read(project, "reference/supported-operations.md"), "## API Gateway (`apigateway`)"
    )
    answered, missing = (quoted(section(page, f"### {title}")) for title in ("Answered", "Not yet"))
    assert answered & missing == set()
    assert answered | missing == operations("apigateway")


def test_the_operations_listed_as_answered_are_the_functions_that_exist(
    project, operation_functions
):
    page = read(project, "reference/supported-operations.md")
    gateway = section(section(page, "## API Gateway (`apigateway`)"), "### Answered")
    functions = section(section(page, "## Lambda (`lambda`)"), "### Answered")
    documented = {("apigateway", name) for name in quoted(gateway)}
    documented |= {("lambda", name) for name in quoted(functions)}
    assert documented == set(operation_functions)
    assert quoted(functions) <= operations("lambda")


def test_every_path_in_where_is_what_exists(project, source):
    page = read(project, "reference/where-is-what.md")
    _, _, index = page.partition("## Adding one file")[0].partition("| --- |")
    paths = re.findall(r"`([\w/]+(?:/|\.py))`", index)
    assert paths
    assert [path for path in paths if not (source / path).exists()] == []


def test_every_dependency_has_its_reason(project):
    table = tomllib.loads((project / "pyproject.toml").read_text())
    groups = table["dependency-groups"].values()
    wanted = table["project"]["dependencies"] + [
        entry for group in groups for entry in group if isinstance(entry, str)
    ]
    page = read(project, "explanation/dependencies.md")
    # The first column of the tables; a cell may name several.
    cells = re.findall(r"^\| ([\w ,.-]+) \|", page, flags=re.MULTILINE)
    explained = {name for cell in cells for name in cell.split(", ")}
    assert {re.split(r"[\[>=;]", entry)[0] for entry in wanted} - explained == set()


@pytest.mark.parametrize("name", ["run", "dev", "build", "bench"])
def test_a_lock_file_pins_every_package_by_hash_and_names_no_index(project, name):
    text = (project / "requirements" / f"{name}.txt").read_text()
    packages = re.findall(r"^[\w.-]+==.*?(?=^[\w.-]+==|\Z)", text, flags=re.MULTILINE | re.DOTALL)
    assert packages
    assert [package for package in packages if "--hash=sha256:" not in package] == []
    assert re.findall(r"\w+:/|--\w+-\w+|(?<![\w.])/\w+/.*", text) == []


def commands(group, words="octetgate"):
    """Return the full name of every command below a group."""
    found = set()
    for name, command in group.commands.items():
        below = getattr(command, "commands", None)
        found |= commands(command, f"{words} {name}") if below else {f"{words} {name}"}
    return found


def test_every_command_is_documented_and_every_documented_command_exists(project):
    page = read(project, "reference/commands.md")
    named = re.findall(r"^\| `(octetgate(?: [a-z]+)+)", page, flags=re.MULTILINE)
    assert set(named) == commands(typer.main.get_command(app))


def test_every_make_command_in_the_docs_is_a_target(project):
    pages = [*sorted((project / "docs").rglob("*.md")), project / "CONTRIBUTING.md"]
    named = {
        target
        for page in pages
        for command in re.findall(
            r"(?:^|`)make((?: [a-z]+)+)", page.read_text(), flags=re.MULTILINE
        )
        for target in command.split()
    }
    targets = set(re.findall(r"^(\w+):", (project / "Makefile").read_text(), flags=re.MULTILINE))
    assert "demo" in named
    assert named <= targets


def test_the_read_me_names_the_commands_a_newcomer_needs(project):
    page = (project / "README.md").read_text()
    assert "make demo" in page
    assert "make test" in page
