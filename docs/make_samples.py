"""Write what commands print anew on the pages that show it, and counts of the bundled network: ``make docs``.

A sample is a line ``$ COMMAND`` in a fenced block with what is shown of its output; ``…`` stands for lines left out.
A page shows the same of a new output as it did of the old one:

- A line of the output is shown if a line that begins alike was (`mark`): "Route 2", "Air freight", "total".
- A table shown with the rule under its heading is shown whole, with rows it did not have before; where ``…`` follows
  without a blank line, it is shown as far as it was.
- The first line, mostly the question said again, may be left out without ``…``.
- An item of a list ("- Nothing changes: …") is shown with all its lines.
- ``$ cat FILE`` shows a file that later commands of the block read, and stays; a file of the folder examples is shown
  as it is there, and commands of all blocks find it. A refusal is shown whole, wrapped.

A paragraph under the line ``<!-- counts -->`` tells how many places, links and so on there are.
"""

from __future__ import annotations

import io
import re
import runpy
import shlex
import sys
import tempfile
import textwrap
from contextlib import chdir, redirect_stderr, redirect_stdout
from itertools import dropwhile, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from network import load
from network.model import MODES
from optimizer.cli import main

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from network import Dataset

ROOT = Path(__file__).parents[1]
CASES = tuple(f"docs/whatif/{path.name}" for path in sorted((ROOT / "docs" / "whatif").glob("*.md")))
PAGES = ("README.md", "docs/routes.md", "docs/data.md", "docs/network.md", "docs/whatif.md", *CASES)
EXAMPLES = "examples/"
LEFT_OUT = "…"
DEMO = "make demo"
BLOCK = re.compile(r"(?ms)^```\n(\$ .*?)^```$")
COUNTS = re.compile(r"(?m)(?<=^<!-- counts -->\n)(?:.+\n)+")
# Seconds taken differ from run to run: `(0.12 s to read and check)`.
SECONDS = re.compile(r" \(\d+\.\d+ s\b[^)]*\)")
ITEM = "- "
WIDTH = 120


class Sample(NamedTuple):
    """A command and the lines that a page shows of its output."""

    command: str
    shown: tuple[str, ...]

    @property
    def file(self) -> str | None:
        """The file that the sample shows instead of an output."""
        return self.command.removeprefix("cat ") if self.command.startswith("cat ") else None

    def __str__(self) -> str:
        return "\n".join((f"$ {self.command}", *self.shown))


def blocks(page: str) -> list[str]:
    """Return the texts of the fenced blocks of a page that hold samples."""
    return [found[1] for found in BLOCK.finditer(page)]


def samples(block: str) -> list[Sample]:
    """Return the samples of a fenced block."""
    parts = [part.rstrip("\n").split("\n") for part in re.split(r"(?m)^\$ ", block)[1:]]
    return [Sample(command.strip(), tuple(line.rstrip() for line in shown)) for command, *shown in parts]


def remade(page: str, data: Dataset) -> str:
    """Return a page with its samples and counts made anew.

    Raises
    ------
    ValueError
        A command fails, nothing of a sample is printed any more, or a number under ``<!-- counts -->`` counts nothing.
    """
    page = BLOCK.sub(lambda found: f"```\n{remade_block(found[1])}\n```", page)
    return COUNTS.sub(lambda found: recounted(found[0], data), page)


def remade_block(block: str) -> str:
    """Return the text of a fenced block with its samples made anew; its commands find the files that it shows."""
    parts = samples(block)
    files = {sample.file: "\n".join(sample.shown) for sample in parts if sample.file}
    return "\n".join(
        str(as_it_is(sample) if sample.file else cut_alike(sample, output(sample.command, files))) for sample in parts
    )


def as_it_is(sample: Sample) -> Sample:
    """Return a sample that shows a file with the text of today where the file is one of the examples."""
    if not (sample.file or "").startswith(EXAMPLES):
        return sample
    return Sample(sample.command, tuple((ROOT / sample.file).read_text(encoding="utf-8").rstrip("\n").split("\n")))


def output(command: str, files: Mapping[str, str]) -> list[str]:
    """Return the lines that a command prints, or its refusal, without the seconds it took.

    Parameters
    ----------
    command
        ``corridor …`` or ``make demo``.
    files
        Names and texts of the files in the folder where it runs, beside the folder examples.

    Raises
    ------
    ValueError
        It is another command, or ends with another exit code than 0 and 3.
    """
    program, *arguments = shlex.split(command)
    out, err, code = io.StringIO(), io.StringIO(), 0
    with tempfile.TemporaryDirectory() as folder, chdir(folder), redirect_stdout(out), redirect_stderr(err):
        for name, text in files.items():
            if not name.startswith(EXAMPLES):
                Path(name).write_text(text, encoding="utf-8")
        try:
            if command == DEMO:
                runpy.run_path(str(ROOT / "examples" / "demo.py"), run_name="__main__")
            elif program.rpartition("/")[2] == "corridor":
                main([str(ROOT / each) if each.startswith(EXAMPLES) else each for each in arguments])
            else:
                raise ValueError(f"$ {command}: no command that a page can show")
        except SystemExit as stop:
            code = int(stop.code or 0)
    if code not in (0, 3):
        raise ValueError(f"$ {command}: exit code {code}: {err.getvalue().strip()}")
    if out.getvalue():
        return [SECONDS.sub("", line.rstrip()) for line in out.getvalue().splitlines()]
    return textwrap.wrap(err.getvalue(), WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def mark(line: str) -> str:
    """Return by what a line is known again: its first cell with letters up to the first number, routes with theirs."""
    if route := re.match(r"Route \d+", line):
        return route[0]
    cells = [cell for cell in re.split(r"\s{2,}| · ", line.strip()) if re.search(r"[^\W\d_]", cell)]
    return re.split(r"\d", cells[0].lstrip("0123456789.,–- "))[0].strip() if cells else line


def cut_alike(sample: Sample, printed: Sequence[str]) -> Sample:
    """Return a sample of a new output that shows what the old sample does.

    Raises
    ------
    ValueError
        Nothing that the old one shows is printed any more.
    """
    if printed and printed[0].startswith("corridor: "):
        return Sample(sample.command, tuple(printed))
    wanted, rows, ends = list(sample.shown), list[int](), set[int]()
    while wanted:
        line = wanted.pop(0)
        if line in ("", LEFT_OUT):
            continue
        row = find(line, printed, rows)
        if row is None:
            sys.stderr.write(f"$ {sample.command}: no longer printed: {line}\n")
            continue
        rows.append(row)
        if line.startswith(ITEM):
            rows += takewhile(lambda later: printed[later].startswith("  "), range(row + 1, len(printed)))
            wanted = list(dropwhile(lambda each: each.startswith("  "), wanted))
        if wanted and is_rule(wanted[0]):
            n_rows = next((n for n, each in enumerate(wanted) if each in ("", LEFT_OUT)), len(wanted))
            end = next((later for later in range(row, len(printed)) if not printed[later]), len(printed))
            if LEFT_OUT in wanted[n_rows : n_rows + 1]:
                end = min(row + 1 + n_rows, end)
            rows += range(row + 1, end)
            ends.add(end - 1)
            wanted = wanted[n_rows:]
    if not rows:
        raise ValueError(f"$ {sample.command}: nothing of the sample is printed any more")
    return Sample(sample.command, tuple(with_gaps(sorted(rows), ends, printed, begins=sample.shown[0] == LEFT_OUT)))


def find(line: str, printed: Sequence[str], taken: Sequence[int]) -> int | None:
    """Return the row that a line stands for: not one taken, and in the paragraph of the last one taken or behind it."""
    last = taken[-1] if taken else 0
    start = next((row + 1 for row in range(last, -1, -1) if not printed[row]), 0)
    return next(
        (row for row in range(start, len(printed)) if row not in taken and mark(printed[row]) == mark(line)), None
    )


def is_rule(line: str) -> bool:
    """Whether a line is the rule under the heading of a table."""
    return bool(re.fullmatch(r"-{2,}(  -+)*", line))


def with_gaps(rows: Sequence[int], ends: Collection[int], printed: Sequence[str], *, begins: bool) -> list[str]:
    """Return rows of an output, with `LEFT_OUT` for lines between and after them, and where asked before them.

    Behind the ends of tables a blank line of the output stays in front of it: so a whole table differs from a cut one.
    """
    lines, last = [LEFT_OUT] if begins else [], rows[0] - 1
    for row in (*rows, len(printed)):
        between = printed[last + 1 : row]
        is_left_out = any(between)
        if between and not between[0] and (last in ends if is_left_out else row < len(printed)):
            lines.append("")
        if is_left_out:
            lines.append(LEFT_OUT)
        lines += printed[row : row + 1]
        last = row
    return lines


def counts(data: Dataset) -> dict[str, int]:
    """Return how many there are of what a page may count, by its word."""
    network = data.network
    modes = network.links.text("mode").tolist()
    return {
        "places": len(network.nodes),
        "countries": len({country for country in network.nodes.text("country") if country}),
        "links": len(network.links),
        "mode and gauge changes": len(network.transfers),
        "shared capacities": len(network.shared_capacities),
        "rates": len(network.rates),
        "commodities": len(data.commodities),
        "demands": len(data.demands),
        "groups": len({group for group in data.demands.text("group") if group}),
        "corridors": len(network.corridors),
        "project cards": len(data.projects),
        "scenarios": len(data.scenarios),
        "published claims": len(data.claims),
        "published figures": len(data.observations),
        "sources": len(data.info.sources),
        **{mode: modes.count(mode) for mode in MODES},
    }


def recounted(paragraph: str, data: Dataset) -> str:
    """Return a paragraph with every number replaced by the count of what the words behind it say.

    Raises
    ------
    ValueError
        Behind a number stands no word of `counts`.
    """
    known = counts(data)

    def count(found: re.Match[str]) -> str:
        behind = " ".join(paragraph[found.end() :].split())
        word = next((word for word in known if re.match(rf"{word}\b", behind)), None)
        if word is None:
            raise ValueError(f'"{found[0]} {behind[:30]}…" counts nothing that is known: {", ".join(known)}')
        return f"{known[word]:,}"

    return re.sub(r"\d[\d,]*\b", count, paragraph)


def write() -> None:
    """Write all pages anew and name those that changed."""
    data = load()
    for name in PAGES:
        path = ROOT / name
        old = path.read_text(encoding="utf-8")
        new = remade(old, data)
        if new != old:
            path.write_text(new, encoding="utf-8")
            sys.stderr.write(f"{name}: written anew; read again what its text says of the numbers\n")


if __name__ == "__main__":
    write()
