import re
from pathlib import Path

import pytest

from network import Scenario, ScenarioError, UnknownIdError, apply, load
from network.changes import Change
from network.scenario import read_scenario

DOCS = Path(__file__).parents[2] / "docs" / "scenarios.md"
BLOCKS = re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)

AKTAU = """\
name = "Aktau hub 240k"   # as in the plan of the port
year = 2030
projects = ["aktau-hub"]

[[changes]]
table = "links"
where = { mode = "rail", country = "KZ", crossing = true }
scale = { capacity = 2.0, fixed_time_h = 0.7 }

[[changes]]
table = "links"
where = { id = ["sea-aktau-baku"] }
close = 0.25
"""


def write(folder, text, name="s.toml"):
    """Return the path of a new file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_reads_a_file(tmp_path):
    """Name, year, cards and changes arrive in order."""
    path = write(tmp_path, AKTAU)
    scenario = Scenario.from_toml(path)
    assert (scenario.name, scenario.year, scenario.projects) == ("Aktau hub 240k", 2030, ("aktau-hub",))
    assert scenario.changes == (
        Change(
            "links", {"mode": "rail", "country": "KZ", "crossing": True}, scale={"capacity": 2.0, "fixed_time_h": 0.7}
        ),
        Change("links", {"id": ("sea-aktau-baku",)}, close=0.25),
    )
    assert scenario.file == str(path)


def test_mapping_rebuilds_the_scenario(tmp_path):
    """to_mapping is plain data from which the same scenario is built, whatever file it came from."""
    scenario = Scenario.from_toml(write(tmp_path, AKTAU))
    assert Scenario.from_mapping(scenario.to_mapping()) == scenario
    assert Scenario("only a year", year=2030).to_mapping() == {"name": "only a year", "year": 2030}


def test_all_problems_have_their_line(tmp_path):
    """Each problem is told with file, the line of its block, key and remedy, all at once."""
    text = """\
nme = "x"
year = "2030"

[[changes]]
table = "links"
close = 2

# more
  [[ changes ]]
table = "lnks"
close = true
"""
    path = write(tmp_path, text)
    scenario, findings = read_scenario(path, "scenarios/s.toml")
    assert scenario is None
    assert [(f.file, f.line, f.column, f.code) for f in findings] == [
        ("scenarios/s.toml", 0, "nme", "E302"),
        ("scenarios/s.toml", 0, "name", "E303"),
        ("scenarios/s.toml", 0, "year", "E303"),
        ("scenarios/s.toml", 4, "close", "E303"),
        ("scenarios/s.toml", 9, "table", "E302"),
    ]
    assert findings[0].remedy == "did you mean name, name_ru, name_kk?"
    assert findings[4].message == 'change 2: unknown table "lnks"'
    assert all(finding.remedy for finding in findings)
    with pytest.raises(ScenarioError, match="5 problems in the scenario") as raised:
        Scenario.from_toml(path)
    assert len(raised.value.findings) == 5


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('name = "x"\nyear = \n', 2, "is not valid TOML"),
        (b'name = "\xff"', 0, "is not UTF-8 text"),
        ('name = "x"\nprojects = [1]', 0, "expects a list of texts"),
        ('name = "x"\nprojects = ["a", "a"]', 0, "names the same thing twice"),
        ('name = "x"\nyear = 20300', 0, "expects a year"),
        ('name = "x"\nyear = true', 0, "expects a year"),
        ("name = 5", 0, "expects a text, got 5"),
        ('name = " "', 0, "the scenario has no name"),
        ('name = "x"\nchanges = [1]', 0, "expects blocks"),
        ('name = "x"\n[changes]\ntable = "links"', 0, "expects blocks"),
    ],
)
def test_unreadable_files(tmp_path, text, line, words):
    """What is no scenario is told with its line where there is one."""
    path = tmp_path / "s.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    scenario, findings = read_scenario(path)
    assert scenario is None
    assert len(findings) == 1
    assert (findings[0].line, findings[0].file) == (line, str(path))
    assert words in findings[0].message
    assert findings[0].remedy


def test_remarks_and_byte_order_mark_are_welcome(tmp_path):
    """Description, note and source are free text; a file saved with a byte order mark is read."""
    path = write(tmp_path, '\ufeffname = "x"\ndescription = "d"\nnote = "n"\nsource = "s"\n')
    assert Scenario.from_toml(path) == Scenario("x", description="d")


def test_missing_file_is_an_unknown_name(tmp_path):
    """A path that leads nowhere is a usage problem, not one of content."""
    with pytest.raises(UnknownIdError, match="no scenario file"):
        Scenario.from_toml(tmp_path / "nowhere.toml")
    scenario, findings = read_scenario(tmp_path / "nowhere.toml")
    assert scenario is None
    assert "cannot be read" in findings[0].message


def test_from_mapping_tells_problems_without_lines():
    """A mapping has no lines, but the number of the change."""
    with pytest.raises(ScenarioError, match=r"1 problem in the scenario\nplan\.json: close: .*change 1"):
        Scenario.from_mapping({"name": "x", "changes": [{"table": "links", "close": 3}]}, file="plan.json")


@pytest.mark.parametrize("text", BLOCKS)
def test_the_examples_of_the_documentation_apply_to_the_bundled_data(tmp_path, text):
    """Every TOML block of docs/scenarios.md reads as a scenario or card and changes the bundled dataset."""
    data = load()
    path = write(tmp_path, text)
    if "[[projects]]" in text:
        from network.projects import read_projects

        cards, findings = read_projects(path)
        assert findings == []
        assert all(apply(data, card).applied for card in cards)
    else:
        assert apply(data, Scenario.from_toml(path)).applied


def test_the_documentation_has_examples():
    """The extraction above found the examples, one for each operation at least."""
    text = "\n".join(BLOCKS)
    assert len(BLOCKS) >= 6
    assert all(word in text for word in ("scale", "set", "add", "close = true", "rows", "projects"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f'name = "s"\nyear = {"9" * 5000}', "is not valid TOML"),
        (f"name = {'[' * 5000}", "nested too deeply"),
    ],
)
def test_toml_that_python_cannot_read_is_told(tmp_path, text, words):
    """Endless digits and brackets are findings like any other bad syntax."""
    with pytest.raises(ScenarioError, match=words) as raised:
        Scenario.from_toml(write(tmp_path, text))
    assert [finding.code for finding in raised.value.findings] == ["E301"]


def test_a_number_beyond_all_floats_is_told():
    """An integer of 400 digits is no number to compute with."""
    with pytest.raises(ScenarioError, match="expects a number") as raised:
        Change.from_mapping({"table": "links", "scale": {"capacity": 10**400}})
    assert str(raised.value).startswith("capacity: [E303] change: scale: expects a number")


def test_lines_are_those_of_an_editor(tmp_path):
    """A line separator within a text does not shift the lines of the blocks behind it."""
    text = 'name = "a\u2028b"\n[[changes]]\ntable = "links"\nclose = 2\n'
    _, findings = read_scenario(write(tmp_path, text))
    assert [finding.line for finding in findings] == [2]
