"""Who imports whom is what ARCHITECTURE.md says, and what we import is what we declare."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

AWAITED = {"aws-sam-translator"}
"""Declared for definitions, ahead of what imports it."""


OPTIONAL = {
    "opentelemetry.sdk": "opentelemetry-sdk",
    "opentelemetry.exporter": "opentelemetry-exporter-otlp-proto-http",
}
"""What is imported where traces are wanted: parts of one namespace, in several distributions."""


def imported_packages(source):
    """Return the top-level name of everything that the package's files import."""
    names = set()
    for file in source.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module)
    return {name.partition(".")[0] for name in names}


def test_the_import_contracts_hold(project):
    lint_imports = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint_imports, "--no-cache"], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_imported_is_what_is_declared(project, source):
    table = tomllib.loads((project / "pyproject.toml").read_text())["project"]
    extras = {re.split(r"[>=;]", entry)[0] for entry in table["optional-dependencies"]["otel"]}
    assert extras == set(OPTIONAL.values())
    declared = {re.split(r"[>=;]", entry)[0].lower() for entry in table["dependencies"]}
    foreign = imported_packages(source) - sys.stdlib_module_names - {"octetgate"}
    assert "opentelemetry" in foreign
    foreign -= {"opentelemetry"}
    distributions = packages_distributions()
    named = {name for each in foreign for name in distributions.get(each, [each])}
    imported = {name.lower().replace("_", "-") for name in named}
    # What others load: pyvips its library, starlette what reads forms.
    assert imported | {"pyvips-binary", "python-multipart"} | AWAITED == declared
