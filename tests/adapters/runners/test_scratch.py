import subprocess
import sys

from octetgate.adapters.runners._scratch import Scratch

HOLDS = """
import pathlib, sys
from octetgate.adapters.runners._scratch import Scratch
print(Scratch(pathlib.Path(sys.argv[1])).folder, flush=True)
sys.stdin.read()
"""


def test_a_folder_ends_with_its_supervisor(tmp_path):
    scratch = Scratch(tmp_path)
    (scratch.folder / "x").mkdir()
    scratch.close()
    scratch.close()
    assert not list(tmp_path.iterdir())


def test_a_folder_in_use_is_left_alone_and_one_of_a_killed_supervisor_removed(tmp_path):
    program = [sys.executable, "-c", HOLDS, str(tmp_path)]
    path = {"PYTHONPATH": ":".join(sys.path)}
    with subprocess.Popen(
        program, env=path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        theirs = other.stdout.readline().strip()
        first = Scratch(tmp_path)
        assert {str(folder) for folder in tmp_path.iterdir()} == {theirs, str(first.folder)}
        other.kill()
    second = Scratch(tmp_path)
    assert set(tmp_path.iterdir()) == {first.folder, second.folder}
    first.close()
    second.close()
