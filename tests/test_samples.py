"""Pages show what commands print and how much the bundled network holds; where not, ``make docs`` writes them anew."""

from __future__ import annotations

import importlib.util
import re
import runpy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from network import Dataset, load

if TYPE_CHECKING:
    from types import ModuleType

pytestmark = pytest.mark.heavy
ROOT = Path(__file__).parents[1]


def program(name: str) -> ModuleType:
    """Return a program of the folder docs."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make_samples = program("make_samples")
COUNTING = ("README.md", "docs/data.md", "docs/network.md")
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in make_samples.PAGES}
BLOCKS = [(name, block) for name, page in PAGES.items() for block in make_samples.blocks(page)]
# Of a case of docs/whatif the first block is run here, which takes a minute in all instead of five; what the others say
# of cost and bottlenecks is held by test_examples_scenarios.py, and `make docs` runs every block of every page.
KEPT = [
    (name, block)
    for at, (name, block) in enumerate(BLOCKS)
    if name not in make_samples.CASES or BLOCKS[at - 1][0] != name
]
SHOWN = [
    pytest.param(sample, files_of_block, id=f"{Path(name).stem}: {sample.command}")
    for name, block in KEPT
    for files_of_block in [{part.file: "\n".join(part.shown) for part in make_samples.samples(block) if part.file}]
    for sample in make_samples.samples(block)
    if not sample.file
]
FLOWS = re.compile(
    r"\b(?:gains?|loses?|Largest moves(?: between corridors)?:|demands? moves?(?: between corridors)?:|changes? ways)\s"
)
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGES["docs/network.md"], re.DOTALL)


def sample(shown: str, command: str = "corridor made") -> Any:
    """Return a sample of lines."""
    return make_samples.Sample(command, tuple(shown.strip("\n").split("\n")))


def settled(lines: tuple[str, ...]) -> list[str]:
    """Return lines without what a solver may choose: the rounding of a gap, bottlenecks and flows where plans tie."""
    text = re.sub(r"gap \S+", "gap", "\n".join(lines))
    text = re.sub(r"(?m)^- .*(?:\n  .*)*", lambda item: "" if FLOWS.search(item[0]) else item[0], text)
    return re.split(r"\n(?:Bottlenecks|Shifts)", text)[0].split("\n")


@pytest.mark.parametrize(("shown", "files"), SHOWN)
def test_a_page_shows_what_is_printed(shown: Any, files: dict[str, str]) -> None:
    """Cut from today's output, each sample has the lines that stand on its page."""
    made = make_samples.cut_alike(shown, make_samples.output(shown.command, files))
    assert settled(made.shown) == settled(shown.shown)


def test_the_pages_have_samples_to_hold() -> None:
    """The test above holds what it is meant to hold, should a page be written in another way."""
    commands = [(Path(name).stem, part.command) for name, block in BLOCKS for part in make_samples.samples(block)]
    assert ("README", "make demo") in commands
    assert sum(page == "routes" for page, _ in commands) >= 17
    assert sum(page == "data" for page, _ in commands) >= 1
    assert len(make_samples.CASES) >= 10
    assert {Path(name).stem for name in make_samples.CASES} <= {page for page, _ in commands}
    for name, page in PAGES.items():
        assert page.count("\n$ ") == sum(each == Path(name).stem for each, _ in commands), name


@pytest.mark.parametrize("name", PAGES)
def test_a_page_counts_what_there_is(name: str) -> None:
    """Counts under `<!-- counts -->` are those of the data, on every page that means to have them."""
    paragraphs = make_samples.COUNTS.findall(PAGES[name])
    assert len(paragraphs) == PAGES[name].count("<!-- counts -->") == (name in COUNTING)
    for paragraph in paragraphs:
        assert make_samples.recounted(paragraph, load()) == paragraph


def test_a_number_that_counts_nothing_is_refused() -> None:
    assert make_samples.recounted("7 places\nand 8 mode and\ngauge changes", load()).startswith("8")
    with pytest.raises(ValueError, match='"5 wagons…" counts nothing'):
        make_samples.recounted("1 places and 5 wagons", load())


TABLE = ["Question", "", "Way   Days", "----  ----", "a        1", "b        2", "c        3", "", "Way 2 is long."]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Way   Days\n----  ----\na        9", "Way   Days\n----  ----\na        1\nb        2\nc        3\n\n…"),
        ("Way   Days\n----  ----\na        9\n…", "Way   Days\n----  ----\na        1\n…"),
        ("…\nb        9", "…\nb        2\n…"),
        ("c        9\na        9", "a        1\n…\nc        3\n…"),
        ("Way   Days\n…\nWay 7", "Way   Days\n…\nWay 2 is long."),
        ("Question\nWay   Days\ngone     9", "Question\n\nWay   Days\n…"),
    ],
    ids=["whole table", "as many rows", "one row", "rows in another order", "next paragraph", "a row is gone"],
)
def test_a_new_output_is_cut_as_the_old_one(before: str, after: str) -> None:
    made = make_samples.cut_alike(sample(before), TABLE)
    assert made.shown == tuple(after.split("\n"))
    assert make_samples.cut_alike(made, TABLE) == made


def test_an_item_of_a_list_is_shown_with_all_its_lines() -> None:
    """What a sentence says today is shown, however long it was and whatever its continuation was."""
    printed = ["Question", "- Saves 5 USD", "  a year", "- Adds 7 t of grain", "  that was left behind", "  in 2024"]
    made = make_samples.cut_alike(sample("- Adds 9 t of grain\n  or two"), printed)
    assert made.shown == tuple(printed[3:])
    assert make_samples.cut_alike(made, printed) == made


def test_a_file_of_the_examples_is_shown_as_it_is() -> None:
    """A page need not be edited where a scenario is, and a file of its own stays as it stands on the page."""
    path = "examples/scenarios/caspian-closed.toml"
    made = make_samples.as_it_is(sample("name = 1", f"cat {path}"))
    assert made.shown == tuple((ROOT / path).read_text(encoding="utf-8").splitlines())
    own = sample("name = 1", "cat own.toml")
    assert make_samples.as_it_is(own) == own


@pytest.mark.parametrize("name", PAGES)
def test_a_page_shows_files_as_they_are(name: str) -> None:
    shown = [part for block in make_samples.blocks(PAGES[name]) for part in make_samples.samples(block) if part.file]
    assert shown == [make_samples.as_it_is(part) for part in shown]


def test_a_line_is_known_by_its_beginning() -> None:
    for line, mark in (
        ("Route 2 of 3 · Air freight · 2.8 days", "Route 2"),
        (" 1  49.4  3,262  cost  rail", "cost"),
        ("Air freight           2.8  37,146", "Air freight"),
        ("37 choices between money and time: 3,262–6,128 USD", "choices between money and time:"),
        ("Leaving a week later (2026-05-02): arrives", "Leaving a week later ("),
    ):
        assert make_samples.mark(line) == mark


def test_a_sample_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing of the sample"):
        make_samples.cut_alike(sample("gone  9"), TABLE)
    with pytest.raises(ValueError, match="exit code 2"):
        make_samples.output("corridor route Nowhere Duisburg", {})
    with pytest.raises(ValueError, match="no command that a page can show"):
        make_samples.output("rm plan.json", {})


def test_seconds_are_no_part_of_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a run took differs from run to run."""
    monkeypatch.setattr(runpy, "run_path", lambda *_, **__: print("The plan (1.13 s, verification included)\n(2 s)"))
    assert make_samples.output("make demo", {}) == ["The plan", "(2 s)"]


def test_the_picture_is_of_today_and_small() -> None:
    """The picture says of which network it was drawn; 500 kB is what a repository bears."""
    make_map = program("make_map")
    with Image.open(make_map.PICTURE) as picture:
        assert picture.format == "PNG"
        assert picture.size[0] >= 1200
        assert picture.info["Description"] == make_map.shows(load())
    assert make_map.PICTURE.stat().st_size < 500_000


def test_a_picture_is_drawn(tiny: Dataset, tmp_path: Path) -> None:
    """What the program draws opens as a PNG with a palette."""
    made = tmp_path / "tiny.png"
    make_map = program("make_map")
    made.write_bytes(make_map.picture(tiny))
    with Image.open(made) as picture:
        assert picture.mode == "P"
        assert picture.info["Description"] == make_map.shows(tiny)


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_map_of_the_page_is_drawn(code: str) -> None:
    """The Python of docs/network.md writes an SVG."""
    names: dict[str, Any] = {}
    exec(compile(code, "network.md", "exec"), names)
    assert names["stream"].getvalue().startswith(b"<?xml")


def test_what_the_page_says_of_calibration() -> None:
    """docs/data.md tells that the bundled network has no adjustments, as long as it has none."""
    assert len(load().network.calibration) == 0
    assert "The bundled dataset has no `calibration.csv`" in PAGES["docs/data.md"]
