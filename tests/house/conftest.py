"""What the house's tests look at: the source tree, and the operations written in it."""

import ast

import pytest


@pytest.fixture(scope="session")
def source(project):
    """Return the package's folder."""
    return project / "src" / "octetgate"


@pytest.fixture(scope="session")
def operation_functions(source):
    """Return (file, function) of every public function below control/operations."""
    return [
        (file.stem, node.name)
        for file in sorted((source / "control/operations").glob("[!_]*.py"))
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
    ]
