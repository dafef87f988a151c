"""What ``network`` exports is what it says, and comes without anything heavy."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import network

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"\b[EW]\d{3}\b")


def test_all_is_importable_and_complete() -> None:
    """Every name of ``__all__`` can be imported and is listed by ``dir``; a wrong name is an AttributeError."""
    for name in network.__all__:
        assert getattr(network, name) is not None
    assert set(network.__all__) <= set(dir(network))
    assert network.__all__ == sorted(network.__all__)
    assert {"Dataset", "Scenario", "apply", "load", "read_dataset", "write_dataset", "Network", "Finding"} <= set(
        network.__all__
    )
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = network.nothing


def test_all_errors_are_exported() -> None:
    """Every class of the error tree is exported."""
    from network import errors

    tree = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
    assert tree <= set(network.__all__)


@pytest.mark.parametrize(
    ("statement", "banned"),
    [
        ("import network", {"numpy", "pydantic", "pandas"}),
        ("import network; network.load()", {"pydantic", "pandas", "scipy", "difflib", "json"}),
        ("import network; network.read_dataset('tests/data/tiny')", {"pandas", "scipy", "highspy", "ortools"}),
    ],
)
def test_imports_stay_light(statement: str, banned: set[str]) -> None:
    """A command pays only for what it uses: the bundled data loads without pydantic and pandas."""
    script = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert banned.isdisjoint(done.stdout.split())


def test_every_code_is_documented() -> None:
    """Each code in the sources has its paragraph in docs/errors.md, and each paragraph its code."""
    sources = [*ROOT.glob("network/**/*.py"), *ROOT.glob("optimizer/**/*.py")]
    used = {code for path in sources for code in CODE.findall(path.read_text(encoding="utf-8"))}
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    headings = re.findall(r"^### ([EW]\d{3})$", page, flags=re.MULTILINE)
    assert len(headings) == len(set(headings))
    assert set(headings) == used
    for paragraph in re.split(r"^### ", page, flags=re.MULTILINE)[1:]:
        assert len(paragraph.split()) > 8, paragraph
