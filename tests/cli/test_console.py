import sys

from octetgate.cli.console import table


def test_a_row_in_a_pipe_stays_on_one_line(capsys):
    table(["name", "value"], [["a[b]c", "x" * 200]])
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert any("a[b]c" in line and "x" * 200 in line for line in lines)


def test_on_a_terminal_nothing_is_cut(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    table(["value"], [["y" * 100]])
    assert capsys.readouterr().out.count("y") == 100
