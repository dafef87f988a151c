"""Run many changed plans from one base: serially, on threads, on processes, or on any cluster with an executor.

Every job starts from the unchanged base, never from the job before it, so that a record depends neither on the number
of workers nor on the order in which they finish.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
import zlib
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from time import perf_counter
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from network.errors import CorridorError, DatasetError, ScenarioError, SolverError
from optimizer.journal import open_journal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Executor
    from multiprocessing.synchronize import Event
    from pathlib import Path

    from optimizer.replanning import Prepared

What = TypeVar("What")
Record = dict[str, Any]
"""What is found out about one job, as plain JSON values."""

N_BATCHES = 64
"""Batches that a sweep is cut into: enough for even work and small losses, few enough that a base travels seldom."""
LARGEST_BATCH = 32
N_LINES = 6
"""Lines of the message of a failed job: what failed, and five problems."""
N_KEPT = 8
"""Bases that a worker keeps unpickled; a sweep has one per year."""


@dataclass(frozen=True)
class Job(Generic[What]):
    """One thing to work out.

    Attributes
    ----------
    key
        Tells the job from every other of its year and stays the same from run to run; it changes with whatever the
        record depends on beside the base, such as the content of a scenario.
    name
        For records and messages.
    year
        Year of the base that the job starts from.
    what
        What is to be done; the work function knows. Anything that can be pickled.
    """

    key: str
    name: str
    year: int
    what: What


def sweep(
    jobs: Sequence[Job[What]],
    work: Callable[[Prepared, Job[What]], Record],
    bases: Mapping[int, Prepared],
    *,
    executor: Executor | None = None,
    resume: str | Path | None = None,
    on_done: Callable[[Record], None] | None = None,
) -> Iterator[Record]:
    """Yield the record of every job as it gets done, with ``at``, the job's position in `jobs`, and ``seconds``.

    A job that fails gives the record ``{"name", "year", "error": {"code", "type", "message"}}``, and the others go on.
    The error of data or of a scenario has its ``findings`` too.
    Jobs of the same key and year are worked out once.

    Parameters
    ----------
    jobs
        In any order; sort records by ``at`` for that of the input.
    work
        Gives the record of a job as plain JSON values; a function of a module, so that it can be pickled.
    bases
        The base of each year that a job names.
    executor
        Any `concurrent.futures.Executor`; None works in this process, one job after the other. What is still waiting
        when the iteration is left is called off; the executor stays open.
    resume
        File that keeps the records as they are found (`optimizer.journal`); what it holds is not worked out again.
    on_done
        Called with each record before it is yielded.

    Raises
    ------
    ResumeError
        `resume` belongs to other data or another question, or is no such file.
    SolverError
        A worker process died.
    """
    places: dict[str, list[int]] = {}
    for at, job in enumerate(jobs):
        places.setdefault(f"{job.year} {job.key}", []).append(at)
    journal = open_journal(resume, work, bases) if resume is not None and jobs else None
    known = {} if journal is None else journal.known
    to_do = {key: jobs[at[0]] for key, at in places.items() if key not in known}
    with nullcontext() if journal is None else journal:
        for batch in _found(known, places, to_do, work, bases, executor):
            if journal is not None:
                journal.add({key: record for key, record in batch if key not in known})
            for key, record in batch:
                for at in places[key]:
                    placed = {"at": at, **record}
                    if on_done is not None:
                        on_done(placed)
                    yield placed


def _found(
    known: Mapping[str, Record],
    places: Mapping[str, list[int]],
    to_do: Mapping[str, Job[What]],
    work: Callable[[Prepared, Job[What]], Record],
    bases: Mapping[int, Prepared],
    executor: Executor | None,
) -> Iterator[list[tuple[str, Record]]]:
    """Yield (key, record) in batches: those already known, then the others as they are found."""
    yield [(key, known[key]) for key in places if key in known]
    if executor is None:
        for key, job in to_do.items():
            yield [(key, _record(work, bases[job.year], job))]
        return
    shipped = {year: Shipped(base) for year, base in bases.items()}
    futures = {
        executor.submit(_records, work, shipped[year], [to_do[key] for key in keys]): keys
        for year, keys in _batches(to_do)
    }
    try:
        for future in as_completed(futures):
            yield list(zip(futures[future], future.result(), strict=True))
    except BrokenProcessPool as error:
        message = "a worker process died, perhaps for want of memory; take fewer --jobs"
        raise SolverError(f"{message}, and --resume to go on from what is done") from error
    finally:
        for future in futures:
            future.cancel()


def _batches(to_do: Mapping[str, Job[What]]) -> Iterator[tuple[int, list[str]]]:
    """Yield the keys of jobs in batches of one year each."""
    by_year: dict[int, list[str]] = {}
    for key, job in to_do.items():
        by_year.setdefault(job.year, []).append(key)
    size = min(ceil(len(to_do) / N_BATCHES), LARGEST_BATCH)
    for year, keys in by_year.items():
        for start in range(0, len(keys), size):
            yield year, keys[start : start + size]


def _records(work: Callable[[Prepared, Job[What]], Record], base: Shipped, jobs: Sequence[Job[What]]) -> list[Record]:
    """Return the records of a batch; this is what a worker runs."""
    return [_record(work, base.prepared, job) for job in jobs if _stop is None or not _stop.is_set()]


def _record(work: Callable[[Prepared, Job[What]], Record], base: Prepared, job: Job[What]) -> Record:
    """Return the record of one job, that of its failure where it fails."""
    began = perf_counter()
    try:
        record = work(base, job)
    except CorridorError as error:
        record = failure(job.name, job.year, error.code, error)
    except Exception as error:  # Also a defect of ours in one case must not cost a night's work on the others.
        record = failure(job.name, job.year, "E999", error)
    return {**record, "seconds": perf_counter() - began}


def failure(name: str, year: int, code: str, error: Exception) -> Record:
    """Return the record of a job that failed; of a long message the first lines, all problems are its ``findings``."""
    lines = str(error).splitlines()
    if len(lines) > N_LINES + 1:
        lines[N_LINES:] = [f"and {len(lines) - N_LINES} more"]
    told: Record = {"code": code, "type": type(error).__name__, "message": "\n".join(lines)}
    if isinstance(error, DatasetError | ScenarioError):
        told["findings"] = [finding._asdict() for finding in error.findings]
    return {"name": name, "year": year, "error": told}


class Shipped:
    """A base that is pickled once, however often it is sent, and unpickled once by each process that receives it.

    Threads share the base as it is.
    """

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self._content: tuple[str, bytes] | None = None
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[Callable[[str, bytes], Shipped], tuple[str, bytes]]:
        """Return the bytes of the base with the token by which a worker knows it again."""
        with self._lock:
            if self._content is None:
                # A base goes along with every batch, so that it is worth a moment to make it small.
                content = zlib.compress(pickle.dumps(self.prepared, protocol=pickle.HIGHEST_PROTOCOL), level=1)
                self._content = sha256(content).hexdigest(), content
        return _received, self._content


_kept: dict[str, Shipped] = {}
_kept_lock = threading.Lock()


def _received(token: str, content: bytes) -> Shipped:
    """Return the base of a token, unpickled at its first arrival in this process."""
    with _kept_lock:
        if token not in _kept:
            while len(_kept) >= N_KEPT:
                del _kept[next(iter(_kept))]
            _kept[token] = Shipped(pickle.loads(zlib.decompress(content)))
        return _kept[token]


@contextmanager
def worker_pool(n_workers: int) -> Iterator[Executor | None]:
    """Give an executor of `n_workers` processes of this machine, None for one worker, and end them afterwards.

    Workers are started afresh: a copy (fork) of a process in which a solver runs threads can hang. A program that
    calls this needs the guard ``if __name__ == "__main__":``. When the block is left by an exception, such as Ctrl-C,
    the workers end as soon as each is through with its job; they also end when this process is killed.
    """
    if n_workers <= 1:
        yield None
        return
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    with ProcessPoolExecutor(n_workers, mp_context=context, initializer=_settle, initargs=(stop,)) as executor:
        with _interrupts_ignored():
            # Workers inherit this: one that is interrupted while it starts would complain on stderr.
            for _ in range(n_workers):
                executor.submit(os.getpid)
        try:
            yield executor
        except BaseException:
            # A worker killed amid a batch would break the pool, which then complains of what was called off already.
            stop.set()
            raise


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ignore Ctrl-C; other threads than the main one never see it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


_stop: Event | None = None
"""Set when the pool that this process works for is to end."""


def _settle(stop: Event) -> None:
    """Leave Ctrl-C to the parent, which ends its workers, and end with a parent that had no time to do so."""
    global _stop
    _stop = stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
