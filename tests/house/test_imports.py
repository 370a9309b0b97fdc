"""Who imports whom is what ARCHITECTURE.md says; import-linter proves it."""

import subprocess
import sys
from pathlib import Path


def test_the_import_contracts_hold(project):
    lint_imports = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint_imports, "--no-cache"], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
