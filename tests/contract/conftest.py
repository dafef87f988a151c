"""The ``corridor`` command inside the test process."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from optimizer.cli import main


class Answer(NamedTuple):
    """What a command printed and its exit code."""

    code: int
    out: str
    err: str


Run = Callable[..., Answer]


@pytest.fixture
def corridor(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``corridor`` with arguments; a traceback or internal error fails any test."""

    def run(*arguments: object) -> Answer:
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        answer = Answer(int(stop.value.code or 0), *capsys.readouterr())
        assert "Traceback" not in answer.out + answer.err
        assert "internal error" not in answer.err
        return answer

    return run
