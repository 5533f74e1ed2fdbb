"""Counting large texts in worker processes, so that no text can stall or crash the process that serves others.

A count that takes too long or too much memory ends its worker, never the caller: a thread cannot be stopped in the
middle of a count, a process can. Workers are started when first needed, spawned on every platform.
"""

from __future__ import annotations

import multiprocessing
import signal
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, LifoQueue
from threading import Lock, Timer
from typing import TYPE_CHECKING, Final, Self

from pricing.errors import NotCountable

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

LARGE: Final = 256 * 1024
"""Characters from which on a text goes to a worker: shorter ones take tens of milliseconds at the very most."""

STARTING: Final = 60.0
"""Seconds that a worker may take to start and to load an encoding; half a second is usual."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many workers there are at most, and what a count in one may take: seconds, and bytes of address space.

    The memory bound holds where the platform has one to set: on Linux, not on Windows and macOS.
    """

    workers: int = 2
    seconds: float = 10.0
    memory: int = 1_000_000_000


class Workers:
    """A pool of workers. `lengths` gives an encoding's length function; a module has it by name, as it travels so."""

    def __init__(self, lengths: Callable[[str], Callable[[str], int]], bounds: Bounds) -> None:
        self._lengths = lengths
        self._bounds = bounds
        self._free: LifoQueue[_Worker | None] = LifoQueue()
        for _ in range(bounds.workers):
            self._free.put(None)
        self._busy: set[_Worker] = set()
        self._lock = Lock()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def lengths(self, encoding: str) -> Callable[[str], int]:
        """A function from a text to its tokens that counts in this process what is short, and the rest in a worker.

        Raises:
            NotCountable: as the length function; or the count passed a bound, or the workers were busy for so long.
        """
        here = self._lengths(encoding)
        return lambda text: here(text) if len(text) < LARGE else self._count(encoding, text)

    def close(self) -> None:
        """End every worker; counts that run are refused, and so is what comes after."""
        with self._lock:
            self._closed = True
            for worker in self._busy:
                worker.end()
        with suppress(Empty):
            while True:
                idle = self._free.get_nowait()
                if idle:
                    idle.end()

    def _count(self, encoding: str, text: str) -> int:
        worker = self._take()
        try:
            return worker.count(encoding, text)
        finally:
            self._give_back(worker)

    def _take(self) -> _Worker:
        """A free worker, started if need be."""
        try:
            worker = self._free.get(timeout=self._bounds.seconds)
        except Empty:
            raise NotCountable(
                f"all {self._bounds.workers} processes that count large texts are busy for {self._bounds.seconds:g} s; "
                "ask again later",
                value=self._bounds.seconds,
            ) from None
        with self._lock:
            if self._closed:
                self._free.put(worker)
                raise NotCountable("the server is about to stop")
            if worker is None:
                try:
                    worker = _Worker(self._lengths, self._bounds)
                except OSError:
                    self._free.put(None)
                    raise
            self._busy.add(worker)
            return worker

    def _give_back(self, worker: _Worker) -> None:
        with self._lock:
            self._busy.discard(worker)
            if self._closed or worker.ended:
                worker.end()
                self._free.put(None)
            else:
                self._free.put(worker)


class _Worker:
    """One process, and the pipe to it."""

    def __init__(self, lengths: Callable[[str], Callable[[str], int]], bounds: Bounds) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, lengths, bounds.memory), daemon=True)
        self._process.start()
        theirs.close()
        self._bounds = bounds
        self._loaded: set[str] = set()
        self._late = False
        self._ending = Lock()  # of two threads that wait for one process, one never learns its exit code
        self.ended = False

    def end(self) -> None:
        """Kill the process; whoever waits for its answer is told at once."""
        self.ended = True
        with self._ending:
            self._process.kill()
            self._process.join()

    def count(self, encoding: str, text: str) -> int:
        """The tokens of a text; the encoding is loaded first, outside the time bound."""
        if encoding not in self._loaded:
            self._ask(encoding, "", STARTING)
            self._loaded.add(encoding)
        return self._ask(encoding, text, self._bounds.seconds)

    def _ask(self, encoding: str, text: str, seconds: float) -> int:
        late = Timer(seconds, self._stop)
        late.daemon = True
        late.start()
        try:
            self._pipe.send(encoding)
            self._pipe.send_bytes(text.encode("utf-8", "surrogatepass"))
            kind, told = self._pipe.recv()
        except (EOFError, OSError):
            kind, told = "ended", None
        finally:
            late.cancel()
        self.ended = self.ended or self._late or kind in ("ended", "memory")
        if kind == "tokens":
            return int(told)
        if kind == "refused":
            raise NotCountable(told[0], value=told[1])
        if kind == "fault":
            raise RuntimeError(f"{told} in a process that counts")
        raise NotCountable(self._why(kind, seconds))

    def _stop(self) -> None:
        self._late = True
        self._process.kill()

    def _why(self, kind: str, seconds: float) -> str:
        """Which bound a count passed, as far as one can tell."""
        if self._late:
            return f"counting it takes longer than the bound of {seconds:g} s"
        bound = f"{self._bounds.memory / 1_000_000:g} MB"
        if kind == "memory":
            return f"counting it takes more memory than the bound of {bound}"
        self.end()
        return f"the process that counted it ended with code {self._process.exitcode}; its memory bound is {bound}"


def _serve(pipe: Connection, lengths: Callable[[str], Callable[[str], int]], memory: int) -> None:
    """What a worker does until its pipe is closed; Ctrl-C is for the server, which ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _bound_memory(memory)
    with suppress(EOFError, OSError):
        while True:
            pipe.send(_answer(lengths, pipe.recv(), pipe.recv_bytes()))


def _answer(lengths: Callable[[str], Callable[[str], int]], encoding: str, text: bytes) -> tuple[str, object]:
    """How a count ended and what is told of it; of a fault its kind alone, as its words may quote the text."""
    try:
        return "tokens", lengths(encoding)(text.decode("utf-8", "surrogatepass"))
    except NotCountable as error:
        return "refused", (error.problems[0].msg, error.problems[0].input)
    except MemoryError:
        return "memory", None
    except Exception as error:  # noqa: BLE001 - the server says what happened, and goes on
        return "fault", type(error).__name__


def _bound_memory(memory: int) -> None:
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    with suppress(ValueError, OSError):  # macOS has the name and refuses the value
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
