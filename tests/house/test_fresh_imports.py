"""Each module imports alone: no circle, and no module that works only after another."""

import json
import subprocess
import sys

import pytest

# A fork of a clean interpreter is as good as a fresh one and a hundred times quicker: each
# child begins with nothing of ours loaded, imports one module and leaves.  What others wrote
# is loaded before, and what we wrote is compiled before, once for all.
IMPORT_EACH = """
import gc, importlib, importlib.machinery, importlib.util, json, os, sys, traceback

def forked(work):
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.close(reader)
        with open(writer, "w", encoding="utf-8") as pipe:
            try:
                pipe.write(work())
            except BaseException:
                pipe.write(traceback.format_exc()[-4000:])
            pipe.flush()
            os._exit(0)
    os.close(writer)
    with open(reader, encoding="utf-8") as pipe:
        text = pipe.read()
    os.wait()
    return text

def others():
    for name in names:
        try:
            importlib.import_module(name)
        except Exception:
            pass  # its own child says so
    return "\\n".join(name for name in sys.modules if name.partition(".")[0] != "octetgate")

class Compiled(importlib.machinery.SourceFileLoader):
    codes = {}

    def get_code(self, fullname):
        if self.path not in self.codes:
            self.codes[self.path] = self.source_to_code(self.get_data(self.path), self.path)
        return self.codes[self.path]

names, root = json.load(sys.stdin)
files = (importlib.machinery.FileFinder.path_hook((Compiled, [".py"])))
sys.path_hooks.insert(0, lambda path: files(path) if path.startswith(root) else refuse(path))

def refuse(path):
    raise ImportError(path)

sys.path.insert(0, os.path.dirname(root))
for folder, _, found in os.walk(root):
    for name in found:
        if name.endswith(".py"):
            Compiled("", os.path.join(folder, name)).get_code("")
for name in forked(others).splitlines():
    try:
        importlib.import_module(name)
    except Exception:
        pass  # it is a part of something that is loaded as a whole
assert not any(name.startswith("octetgate") for name in sys.modules)
gc.disable()
gc.freeze()
print(json.dumps({name: text for name in names if (text := forked(lambda: importlib.import_module(name) and ""))}))
"""

IMPORT_ALL = """
import importlib, json, sys

for name in json.load(sys.stdin):
    importlib.import_module(name)
print(json.dumps(sorted(sys.modules)))
"""


def fresh(script, given):
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def modules(project):
    """Return the dotted name of every module of ours that is made to be imported."""
    source = project / "src"
    files = sorted((source / "octetgate").rglob("*.py"))
    names = [".".join(file.relative_to(source).with_suffix("").parts) for file in files]
    # `__main__` runs when imported; blueprints and migrations are loaded by their path.
    left_out = (".__main__", ".blueprints.", ".versions.", ".env")
    return [
        name.removesuffix(".__init__")
        for name in names
        if not any(
            part in f"{name}." if part.endswith(".") else name.endswith(part) for part in left_out
        )
    ]


def test_every_module_imports_in_a_fresh_interpreter(modules, project):
    assert fresh(IMPORT_EACH, [modules, str(project / "src/octetgate")]) == {}


def test_core_pulls_in_no_event_loop_and_no_socket(modules):
    core = [name for name in modules if name.startswith("octetgate.core")]
    loaded = set(fresh(IMPORT_ALL, core))
    assert loaded & {"asyncio", "ssl", "sqlite3", "subprocess", "botocore", "httptools"} == set()


def test_what_runs_inside_a_worker_pulls_in_nothing_of_the_house(modules):
    runtimes = [name for name in modules if name.startswith("octetgate.runtimes")]
    assert runtimes
    loaded = {name for name in fresh(IMPORT_ALL, runtimes) if name.startswith("octetgate")}
    assert loaded - {"octetgate", *runtimes} == set()
