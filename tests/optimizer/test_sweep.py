"""Sweeps: the same records whoever works them out, in whatever order, and none lost or found twice after a kill."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sweep_work
from sweep_work import base, jobs, market

from network import Change, Scenario, ScenarioError, SolverError, apply
from network.errors import Finding
from optimizer import SolveOptions, Weights
from optimizer.cli.failures import finding_mapping
from optimizer.journal import ResumeError, content_hash
from optimizer.replanning import prepare
from optimizer.sweep import Shipped, failure, sweep, worker_pool

if TYPE_CHECKING:
    from collections.abc import Iterable


def timeless(records: Iterable[dict[str, Any]]) -> list[str]:
    """Return the records in input order, byte for byte, but for their seconds."""
    ordered = sorted(records, key=lambda record: record["at"])
    return [json.dumps({key: value for key, value in record.items() if key != "seconds"}) for record in ordered]


def test_records_depend_neither_on_workers_nor_on_order() -> None:
    """Serially, backwards, on threads and on processes every record is the same to the byte."""
    asked, bases = jobs(66), base()
    serial = timeless(sweep(asked, sweep_work.widen, bases))
    assert len(serial) == 66
    backwards = list(sweep(asked[::-1], sweep_work.widen, bases))
    for record in backwards:
        record["at"] = 65 - record["at"]
    assert timeless(backwards) == serial
    with ThreadPoolExecutor(3) as threads:
        assert timeless(sweep(asked, sweep_work.widen, bases, executor=threads)) == serial
    with worker_pool(2) as processes:
        assert timeless(sweep(asked, sweep_work.widen, bases, executor=processes)) == serial


def test_optima_are_those_of_the_widened_way() -> None:
    """Every TEU of capacity replaces one at 5 USD by one at 1 USD, up to all 100."""
    for record in sweep(jobs(120), sweep_work.widen, base()):
        if record["at"] != 6:
            assert record["objective_usd"] == pytest.approx(500.0 - 4.0 * min(record["at"] + 1.0, 100.0))


def test_a_failing_job_is_told_and_the_others_go_on() -> None:
    """One refused job and one defect leave records of their own among the others."""
    records = sorted(sweep(jobs(9), sweep_work.widen, base()), key=lambda record: record["at"])
    refused = records[6]
    assert refused["error"] == {"code": "E300", "type": "ScenarioError", "message": "seven is refused", "findings": []}
    assert (refused["name"], refused["year"]) == ("to 7", 2024)
    assert ["error" in record for record in records] == [at == 6 for at in range(9)]
    defect = list(sweep(jobs(3), sweep_work.broken, base()))
    assert defect[1]["error"]["code"] == "E999"
    assert defect[1]["error"]["type"] == "ZeroDivisionError"
    assert [record["value"] for record in (defect[0], defect[2])] == [-1.0, 1.0]


@pytest.mark.parametrize(("count", "n_lines"), [(1, 2), (5, 6), (6, 7), (7, 7), (900, 7)])
def test_a_long_message_is_cut_and_its_findings_kept(count: int, n_lines: int) -> None:
    """Five problems and how many more; one more line is no more than it would take to say so."""
    findings = [Finding("links.csv", at, "capacity", "E124", f"problem {at}") for at in range(count)]
    error = failure("s", 2024, "E300", ScenarioError("\n".join(["no", *map(str, findings)]), findings=findings))[
        "error"
    ]
    lines = error["message"].splitlines()
    assert len(lines) == n_lines
    assert (lines[-1] == f"and {count - 5} more") == (count > 6)
    assert error["findings"] == [finding_mapping(finding) for finding in findings]


def test_jobs_of_one_key_are_worked_out_once() -> None:
    """The same job asked twice has two records of one work."""
    seen: list[int] = []
    asked = [*jobs(2), *jobs(2)]
    records = list(sweep(asked, sweep_work.slow, base(), on_done=lambda record: seen.append(record["at"])))
    assert sorted(seen) == [0, 1, 2, 3]
    seconds = {record["at"]: record["seconds"] for record in records}
    assert seconds[0] == seconds[2] != seconds[1] == seconds[3]


def test_a_base_travels_once_and_is_shared_by_threads() -> None:
    """Each process keeps one base, and threads use that of the caller."""
    bases = base()
    with ThreadPoolExecutor(2) as threads:
        assert {record["base"] for record in sweep(jobs(9), sweep_work.who, bases, executor=threads)} == {
            id(bases[2024])
        }
    with worker_pool(2) as processes:
        seen = Counter(
            (record["process"], record["base"]) for record in sweep(jobs(90), sweep_work.who, bases, executor=processes)
        )
    assert os.getpid() not in {process for process, _ in seen}
    assert len({process for process, _ in seen}) == len(seen) <= 2
    shipped = Shipped(bases[2024])
    again = pickle.loads(pickle.dumps(shipped))
    assert again is pickle.loads(pickle.dumps(shipped))
    assert again.prepared.plan.objective_usd == bases[2024].plan.objective_usd


def test_a_sweep_left_early_calls_the_rest_off() -> None:
    """After the first record nothing more is started, and leaving does not wait for 60 jobs of 20 ms."""
    with ThreadPoolExecutor(1) as threads:
        began = time.perf_counter()
        found = sweep(jobs(60), sweep_work.slow, base(), executor=threads)
        assert next(found)["at"] == 0
        found.close()
    assert time.perf_counter() - began < 1.0


def test_a_dead_worker_is_an_error_with_a_remedy() -> None:
    """A worker that is killed ends the sweep with a message instead of a hang."""
    with pytest.raises(SolverError, match=r"worker process died.*--resume"), worker_pool(2) as processes:
        list(sweep(jobs(8), sweep_work.deadly, base(), executor=processes))


def test_overhead_per_job_is_small() -> None:
    """A thousand idle jobs take less than 2 ms each on processes that are up, travels of the base included."""
    asked, bases = jobs(1000), base()
    with worker_pool(2) as processes:
        assert len(list(sweep(jobs(8), sweep_work.slow, bases, executor=processes))) == 8
        began = time.perf_counter()
        assert len(list(sweep(asked, sweep_work.who, bases, executor=processes))) == 1000
        assert time.perf_counter() - began < 2.0


def test_resume_repeats_nothing_and_loses_nothing(tmp_path: Path) -> None:
    """Records of an earlier run are taken from the file, and only the others are worked out."""
    file = tmp_path / "sweep.jsonl"
    first = list(sweep(jobs(4), sweep_work.slow, base(), resume=file))
    second = list(sweep(jobs(6), sweep_work.slow, base(), resume=file))
    assert timeless(second[:4]) == timeless(first)
    assert [record["seconds"] for record in second[:4]] == [record["seconds"] for record in first]
    assert timeless(second) == timeless(sweep(jobs(6), sweep_work.slow, base()))
    keys = [json.loads(line)["key"] for line in file.read_text().splitlines()[1:]]
    assert sorted(keys) == sorted({f"2024 capacity {at}" for at in range(1, 7)})
    untouched = file.read_bytes()
    assert len(list(sweep(jobs(6), sweep_work.slow, base(), resume=file))) == 6
    assert file.read_bytes() == untouched


@pytest.mark.parametrize("cut", [1, 5, 30, 200, 100_000])
def test_a_line_cut_off_is_done_again(tmp_path: Path, cut: int) -> None:
    """However many bytes of the end are lost, the next run ends with the same records, each once."""
    file = tmp_path / "sweep.jsonl"
    whole = timeless(sweep(jobs(5), sweep_work.slow, base(), resume=file))
    content = file.read_bytes()
    file.write_bytes(content[: max(0, len(content) - cut)])
    assert timeless(sweep(jobs(5), sweep_work.slow, base(), resume=file)) == whole
    keys = [json.loads(line)["key"] for line in file.read_text().splitlines()[1:]]
    assert len(keys) == len(set(keys)) == 5


@pytest.mark.parametrize("n_workers", [1, 2])
def test_a_killed_sweep_goes_on_where_it_was(tmp_path: Path, n_workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process killed amid a sweep leaves all that was done; the next run does the rest, and no worker lives on."""
    file, count = tmp_path / "sweep.jsonl", 80
    program = Path(sweep_work.__file__)
    arguments = [sys.executable, program, file, str(count), str(n_workers)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(program.parent), *sys.path])}
    process = subprocess.Popen(arguments, env=environment, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while (file.read_bytes().count(b"\n") if file.exists() else 0) < 10:
        assert process.poll() is None, process.stderr.read().decode()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    # The workers hold the other end of this pipe, so that it ends with the last of them.
    process.communicate(timeout=20)
    done = file.read_bytes().count(b"\n") - 1
    assert 9 <= done < count
    kept = file.read_bytes()[: file.read_bytes().rfind(b"\n") + 1]
    # The killed process had to be slow enough to be caught amid its work; here nothing waits.
    monkeypatch.setattr(sweep_work, "PAUSE_S", 0.0)
    records = list(sweep(jobs(count), sweep_work.slow, base(), resume=file))
    assert file.read_bytes().startswith(kept)
    keys = [json.loads(line)["key"] for line in file.read_text().splitlines()[1:]]
    assert len(keys) == len(set(keys)) == count
    assert timeless(records) == timeless(sweep(jobs(count), sweep_work.slow, base()))


def other_data() -> Any:
    """Return the market with one more TEU on the cheap way."""
    change = Change("links", where={"id": "cheap"}, set={"capacity": 61})
    return apply(market(), Scenario("wider", changes=(change,)))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (lambda: prepare(other_data()), "other content of the dataset"),
        (lambda: prepare(market(), weights=Weights(time_per_h=1.0)), "other weights"),
        (lambda: prepare(market(), options=SolveOptions(solver="highs")), "other solver options"),
    ],
)
def test_a_file_of_another_question_is_refused(tmp_path: Path, changed: Any, words: str) -> None:
    """Records of other data, weights or options are never taken over, and the file stays as it is."""
    file = tmp_path / "sweep.jsonl"
    list(sweep(jobs(2), sweep_work.slow, base(), resume=file))
    before = file.read_bytes()
    with pytest.raises(ResumeError, match=words):
        list(sweep(jobs(2), sweep_work.slow, {2024: changed()}, resume=file))
    with pytest.raises(ResumeError, match="another command"):
        list(sweep(jobs(2), sweep_work.who, base(), resume=file))
    assert file.read_bytes() == before


@pytest.mark.parametrize("content", [b"name,year\nA,2024\n", b"[]\n", b"{}\n", b"no line end", b"\xff\xfe\n"])
def test_a_file_that_is_none_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    """A file of something else is neither read nor overwritten."""
    file = tmp_path / "mine.csv"
    file.write_bytes(content)
    with pytest.raises(ResumeError, match="line 1 is not a line of a sweep"):
        list(sweep(jobs(2), sweep_work.slow, base(), resume=file))
    assert file.read_bytes() == content


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    """A line in the middle that cannot be read is an error with its number."""
    file = tmp_path / "sweep.jsonl"
    list(sweep(jobs(3), sweep_work.slow, base(), resume=file))
    lines = file.read_bytes().split(b"\n")
    file.write_bytes(b"\n".join([*lines[:2], b"{half", *lines[3:]]))
    with pytest.raises(ResumeError, match="line 3"):
        list(sweep(jobs(3), sweep_work.slow, base(), resume=file))


def test_content_hash_tells_every_cell() -> None:
    """A changed number or text gives another hash, the same data the same."""
    assert content_hash(market()) == content_hash(market())
    assert content_hash(other_data()) != content_hash(market())
    renamed = Scenario("note", changes=(Change("links", where={"id": "dear"}, set={"note": "x"}),))
    assert content_hash(apply(market(), renamed)) != content_hash(market())


def test_nothing_to_do_is_nothing(tmp_path: Path) -> None:
    """No jobs give no records and no file."""
    assert list(sweep([], sweep_work.slow, {}, resume=tmp_path / "none")) == []
    assert not (tmp_path / "none").exists()
