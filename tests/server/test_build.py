from dataclasses import replace

import pytest

from octetgate.core.kinds import NoSuchKind
from octetgate.server.build import access_lines, open_store
from octetgate.server.place import Running, occupy
from octetgate.server.settings import Settings


def test_the_scheme_names_the_store(tmp_path):
    for url in ("memory://", f"sqlite:///{tmp_path}/x.db"):
        store = open_store(url)
        assert store.revision() == 0
        store.close()
    with pytest.raises(NoSuchKind, match="expected one of memory, sqlite; found 'redis'"):
        open_store("redis://x")


@pytest.mark.parametrize(
    "chosen, file, output",
    [
        ("off", None, ""),
        ("file", "line\n", ""),
        ("stdout", None, "line\n"),
        ("both", "line\n", "line\n"),
        # pytest's output is no terminal.
        ("auto", "line\n", ""),
    ],
)
def test_lines_go_where_the_setting_says(tmp_path, capfd, chosen, file, output):
    settings = Settings(data=tmp_path, access_log=chosen)
    with occupy(settings) as place:
        with access_lines(Running(settings, place)) as lines:
            lines.write("line")
        log = place.logs / "access.log"
        assert (log.read_text() if log.exists() else None) == file
    assert capfd.readouterr().out == output


def test_on_a_terminal_the_lines_are_shown_as_well(tmp_path, capfd, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    settings = replace(Settings(), data=tmp_path)
    with occupy(settings) as place, access_lines(Running(settings, place)) as lines:
        lines.write("line")
        assert len(lines.logs) == 2
    assert capfd.readouterr().out == "line\n"
