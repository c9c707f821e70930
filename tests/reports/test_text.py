"""On a terminal and in a pipe: the worst first, and every number whole."""

import pytest
from rich.console import Console

from slowatch.reports.text import print_judged, write_judged
from tests.reports.making import RUNS


def shown(name: str, *, width: int) -> list[str]:
    """The lines of a terminal of that width."""
    console = Console(width=width, force_terminal=True, color_system=None, highlight=False)
    with console.capture() as capture:
        write_judged(RUNS[name](), console)
    return [line.rstrip() for line in capture.get().splitlines()]


def piped(name: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What a pipe gets."""
    print_judged(RUNS[name]())
    return capsys.readouterr().out


def test_the_head_says_verdict_run_time_and_load() -> None:
    lines = shown("bad", width=120)
    assert lines[0].split() == ["FAIL", "reflection-api/load-50", "REQ-6"]
    head = " ".join(lines[:6])
    assert "2026-11-21 09:40:00 – 09:45:00 UTC (5m)" in head  # noqa: RUF001
    assert "load 5 users · scale 0.1 of the load" in head
    assert "stored as run 14" in head
    assert "22 checks: 3 fail, 3 inconclusive, 1 warn, 15 pass" in head
    assert "! Prometheus was scraped late twice" in " ".join(lines[:8])


def test_rows_come_worst_first() -> None:
    rows = [line.split()[0] for line in shown("bad", width=120)[9:31]]
    assert rows == ["fail"] * 3 + ["inconclusive"] * 3 + ["warn"] + ["pass"] * 15


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", RUNS)
def test_nothing_is_wider_than_the_terminal(name: str, width: int) -> None:
    assert max(map(len, shown(name, width=width))) <= width


def test_eighty_columns_hold_every_number() -> None:
    """What is folded is the check's name."""
    row = next(line for line in shown("bad", width=80) if "analyze-p95-change" in line)
    assert row.split() == [
        *("fail", "REQ-6", "analyze-p95-change", "790", "ms", "at", "most", "720", "ms", "+64.6%")
    ]
    assert "…" not in "".join(shown("bad", width=80))


def test_what_failed_is_explained_below() -> None:
    text = "\n".join(shown("bad", width=120))
    assert "\nfail analyze-p95-change route=/reflection/analyze\n" in text
    told = "bound: at most +50% (or 20 ms) over load-10 (run 12): 720 ms"
    assert told in text
    assert "pod=reflection-7f6b-x2: 81% of what is bad, 25% of everything" in text
    assert "measured not back" in text
    assert "  nothing was measured: no series match" in text


def test_a_pipe_gets_each_row_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    rows = piped("bad", capsys).splitlines()
    row = next(line for line in rows if line.startswith("fail         REQ-6"))
    assert "790 ms (750 – 822 ms)" in row  # noqa: RUF001
    assert "\x1b" not in "".join(rows)


def test_hostile_words_do_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    text = piped("hostile", capsys)
    assert not set("\x1b\x00\u202e\ud800") & set(text)
    assert "@everyone [a](http://b)" in text


def test_what_blocks_a_run_makes_it_inconclusive(capsys: pytest.CaptureFixture[str]) -> None:
    text = piped("unfit", capsys)
    assert text.startswith(" INCONCLUSIVE ")
    assert "! the load was not reached: 31 users, and the run declares 50" in text


def test_a_run_without_name_or_lines_is_told_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert "every SLO" in piped("every-slo", capsys)
    assert "no checks" in piped("empty", capsys)
