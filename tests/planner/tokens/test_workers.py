"""Large texts are counted in processes that end at a bound and are replaced; the caller is told, and lives."""

import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor

import hostile
import pytest

from planner.tokens import Counter
from planner.tokens.workers import LARGE, Bounds, Workers
from pricing.errors import NotCountable


def large(deed):
    """A text that goes to a worker, which does the deed."""
    return deed.ljust(LARGE, ".")


@pytest.fixture(scope="module")
def workers():
    """One worker with a second to count in."""
    with Workers(hostile.lengths, Bounds(1, 0.5, 1_000_000_000)) as pool:
        yield pool


def count(workers, deed):
    """The tokens of a large text."""
    return workers.lengths("any")(large(deed))


def test_short_texts_are_counted_in_place_and_start_no_process():
    """Only a text of 256 K characters or more is worth a process, which is started when the first one comes."""
    with Workers(hostile.lengths, Bounds()) as pool:
        assert pool.lengths("any")("x" * (LARGE - 1)) == LARGE - 1
        assert multiprocessing.active_children() == []


@pytest.mark.parametrize("text", [large("plain"), large("\ud800 lone \udfff"), "😀" * LARGE])
def test_a_worker_counts_what_is_sent(workers, text):
    """The text arrives whole, surrogates included."""
    assert workers.lengths("any")(text) == len(text)


@pytest.mark.parametrize(
    ("deed", "told"),
    [
        ("sleep", r"counting it takes longer than the bound of 0\.5 s"),
        ("die", r"the process that counted it ended with code -9; its memory bound is 1000 MB"),
        ("hoard", r"counting it takes more memory than the bound of 1000 MB"),
    ],
)
def test_a_count_over_a_bound_is_refused_and_the_worker_replaced(workers, deed, told):
    """The refusal names the bound; the next text is counted by another process."""
    assert count(workers, "plain") == LARGE
    (before,) = multiprocessing.active_children()
    with pytest.raises(NotCountable, match=told):
        count(workers, deed)
    assert count(workers, "plain") == LARGE
    (after,) = multiprocessing.active_children()
    assert after.pid != before.pid


def test_a_refusal_comes_through_and_leaves_the_worker(workers):
    """What the tokenizer says of a text is said by the worker too, in the text's place."""
    count(workers, "plain")
    (before,) = multiprocessing.active_children()
    with pytest.raises(NotCountable, match=r"^text: a run of over 65536 characters$") as told:
        Counter(lengths=workers.lengths).count(large("refuse"), "gpt-5")
    assert told.value.problems[0].loc == ("text",)
    assert told.value.problems[0].input == {"offset": 0}
    assert multiprocessing.active_children() == [before]


def test_a_fault_is_named_without_the_text(workers):
    """An error that is no refusal is a fault of ours; its words, which may quote the prompt, stay in the worker."""
    with pytest.raises(RuntimeError, match=r"^ZeroDivisionError in a process that counts$"):
        count(workers, "fail")


def test_who_finds_no_free_worker_is_told_after_the_same_time(workers):
    """One text holds the only worker until its bound; another waits as long, no longer."""
    count(workers, "plain")
    with ThreadPoolExecutor(4) as threads:
        started = time.monotonic()
        asked = [threads.submit(count, workers, "sleep") for _ in range(4)]
        refusals = sorted(str(each.exception()).split(";")[0] for each in asked)
    assert time.monotonic() - started < 10
    assert "counting it takes longer than the bound of 0.5 s" in refusals
    assert "all 1 processes that count large texts are busy for 0.5 s" in refusals


def test_closing_ends_idle_and_busy_workers():
    """A count that runs is refused at once, what comes after too, and no process is left."""
    before = set(multiprocessing.active_children())
    with ThreadPoolExecutor(1) as threads:
        with Workers(hostile.lengths, Bounds(2, 60)) as pool:
            count(pool, "plain")
            asked = threads.submit(count, pool, "sleep")
            time.sleep(0.3)
            assert not asked.done()
        assert "ended with code -9" in str(asked.exception(timeout=5))
    assert set(multiprocessing.active_children()) == before
    with pytest.raises(NotCountable, match="about to stop"):
        count(pool, "plain")
