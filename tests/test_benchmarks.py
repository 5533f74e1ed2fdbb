"""The benchmark harness at tiny sizes: that it measures and reports, never how fast anything is."""

from __future__ import annotations

import sys
from contextlib import contextmanager

import pytest

from benchmarks import peers
from benchmarks.__main__ import main, run
from benchmarks.harness import Result, Row, Size, Unavailable, line, measure, same, table
from benchmarks.processes import cpu
from benchmarks.rows import prose, rows

TINY = Size(share=0.005, samples=1, runs=1)


def fixed(ours: float, peer: float, goal: float = 0.5) -> Row:
    """A row whose samples are given."""

    @contextmanager
    def sides(_):
        yield lambda: ours, lambda: peer

    return Row("fixed", "a title", "a peer", goal, sides, peer_packages=False)


def test_a_run_is_the_ratio_of_the_medians():
    """Three runs of 2 ms against 8 ms give three ratios of a quarter, all of which meet a goal of a half."""
    result = measure(fixed(0.002, 0.008), Size(samples=2))
    assert result.ratios == (0.25, 0.25, 0.25)
    assert line(result) == "| a title | a peer | <= 1/2 | 1/4 / 1/4 / 1/4 | 3 of 3 | 2 ms, 8 ms |"


def test_a_missed_goal_is_counted_as_missed():
    """A ratio over the goal is met in none of the runs, and is shown as a multiple."""
    assert "| 1.5x / 1.5x / 1.5x | 0 of 3 |" in line(measure(fixed(0.003, 0.002), Size()))


def test_the_sides_take_turns():
    """Within a run our sample and the peer's alternate, so that a slow moment falls on both."""
    order = []

    @contextmanager
    def sides(_):
        yield lambda: order.append("A") or 1.0, lambda: order.append("B") or 1.0

    measure(Row("turns", "", "", 1, sides, samples=2), Size(runs=2))
    assert "".join(order) == "ABABABAB"


def test_unequal_answers_are_not_timed():
    """A row whose sides disagree is reported as not run with both answers, and never as met."""

    @contextmanager
    def sides(_):
        same(1, 2, "USD")
        yield lambda: 1.0, lambda: 1.0

    result = measure(Row("unequal", "", "", 1, sides), TINY)
    assert result.not_run == "USD: ours 1, the peer's 2"
    assert "| no |" in line(result)


def test_a_row_without_its_peers_says_so(monkeypatch):
    """Where the peers cannot be installed, their rows say why and the others are still measured."""

    def fail() -> None:
        raise Unavailable("no index")

    monkeypatch.setattr(peers, "prepare", fail)
    needs = next(row for row in rows() if row.name == "call-genai")
    absent, present = run([needs, fixed(1, 1)], TINY)
    assert absent == Result(needs, not_run="no index")
    assert present.ratios == (1.0,)
    assert "not run: no index | no |" in table([absent, present])


def test_peers_that_cannot_be_installed_are_named(tmp_path):
    """A pin that no index has ends in an error in pip's words, without the index's address."""
    pins = tmp_path / "pins.txt"
    pins.write_text("./no-such-package-here\n")
    with pytest.raises(Unavailable, match="cannot be installed"):
        peers.prepare(tmp_path / "env", pins)


def test_installed_peers_are_left_alone(tmp_path):
    """The second preparation with the same pins changes nothing."""
    pins = tmp_path / "pins.txt"
    pins.write_text("# nothing\n")
    peers.prepare(tmp_path / "env", pins)
    made = (tmp_path / "env" / "installed").stat().st_mtime_ns
    peers.prepare(tmp_path / "env", pins)
    assert (tmp_path / "env" / "installed").stat().st_mtime_ns == made


def test_a_failing_process_is_not_measured():
    """The time of a child that fails is no result."""
    with pytest.raises(Unavailable, match="exits with 3"):
        cpu([sys.executable, "-c", "raise SystemExit(3)"])


def test_prose_has_the_asked_length():
    """The counted text is that many bytes of plain ASCII, and a longer one continues a shorter one."""
    assert len(prose(1000).encode()) == 1000
    assert prose(100_000).startswith(prose(1000))


def test_an_unknown_row_is_refused(capsys):
    """A misspelt row ends with exit code 2 and the names there are."""
    assert main(["cost-fastapy"]) == 2
    assert "unknown row 'cost-fastapy'; rows: cost-fastapi" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["cost-fastapi", "import-python", "command-python", "chunk-tiktoken", "page-stroke", "addin-cells"]
)
def test_rows_without_peers_run(name):
    """Each row that needs no peers starts its real servers or processes, agrees on the answer and gives a ratio."""
    (result,) = run([row for row in rows() if row.name == name], TINY)
    assert result.not_run == ""
    assert result.ratios[0] > 0
