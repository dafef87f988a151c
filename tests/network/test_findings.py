import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from network import Change, Project, Scenario, apply, load, read_dataset
from network.findings import network_findings
from network.model import Annex

DOCS = Path(__file__).parents[2] / "docs" / "errors.md"
SOURCES = Path(__file__).parents[2] / "network"


def edit(folder, file, old, new):
    """Replace a text that is in a file of the folder."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def append(folder, file, row):
    """Add a row at the end of a file of the folder and return its line."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    path.write_text(text + row + "\n", encoding="utf-8")
    return text.count("\n") + 1


def told(folder, code):
    """Return line, column, message and remedy of all warnings with this code."""
    found = network_findings(read_dataset(folder))
    assert all(finding.severity == "warning" for finding in found)
    assert all(finding.remedy for finding in found)
    assert found == sorted(found)
    return [(f.file, f.line, f.column, f"{f.message}; {f.remedy}") for f in found if f.code == code]


def test_a_sound_network_has_few_warnings(tiny):
    """The tiny network has only the summer road without a capacity to mention."""
    assert [(finding.code, finding.line) for finding in network_findings(tiny)] == [("W211", 13)]


def test_the_bundled_network_hangs_together():
    """No demand of the bundled data is out of reach, no node isolated, no mode stranded, every card applies."""
    codes = {finding.code for finding in network_findings(load())}
    assert codes.isdisjoint({"W201", "W202", "W203", "W208", "W209", "W216", "W217"})


def test_unreachable_demand(tiny_folder):
    """Grain that avoids Russia and the sea cannot cross the Caspian."""
    edit(
        tiny_folder,
        "demands.csv",
        "almaty-baku-grain,KZALA,AZBAK,grain,,900000,400,,RU,,",
        "g,KZALA,AZBAK,grain,,9,4,,RU,sea,",
    )
    ((file, line, column, text),) = told(tiny_folder, "W201")
    assert (file, line, column) == ("demands.csv", 5, "destination")
    assert text.startswith("KZALA cannot reach AZBAK by its modes, in its year, as it avoids; add the missing link")


def test_demand_in_an_avoided_country(tiny_folder):
    """A demand that avoids the country of its own end can never be carried."""
    edit(tiny_folder, "demands.csv", "400,,RU,,", "400,,RU;AZ,,")
    assert [line for _, line, _, _ in told(tiny_folder, "W201")] == [5]


def test_isolated_node_and_demand_from_it(tiny_folder):
    """A node without links is told, and the demand that begins there says so."""
    line = append(tiny_folder, "nodes.csv", "KZLON,Lonely,KZ,48,66,city,,,,,made-up,D,")
    append(tiny_folder, "demands.csv", "lost,KZLON,DEDUI,container,,10,1,,,,made-up,D,")
    assert told(tiny_folder, "W202") == [
        ("nodes.csv", line, "node_id", "no link touches KZLON; link it, or remove the node")
    ]
    ((_, _, _, text),) = told(tiny_folder, "W201")
    assert "KZLON has no link" in text


def test_stranded_mode(tiny_folder):
    """Without the port's transfer the sea link hangs on at Baku; without both it is stranded, and told once."""
    edit(tiny_folder, "transfers.csv", "KZAAU,rail1520,sea,0,30,110,8,0.5,,,,,,,,made-up,D,\n", "")
    assert told(tiny_folder, "W208") == []
    edit(tiny_folder, "transfers.csv", "AZBAK,sea,road,0,20,90,7,0.5,,,,,,,,made-up,D,\n", "")
    ((file, line, _, text),) = told(tiny_folder, "W208")
    assert (file, line) == ("nodes.csv", 5)
    assert text == (
        "no transfer leads to sea at KZAAU, AZBAK, nor is there another way there; "
        "add a row to transfers.csv for KZAAU and sea"
    )


def test_missing_change_of_gauge(tiny_folder):
    """Without the break of gauge at Khorgos the Chinese railway is cut off from the rest of the rail."""
    edit(
        tiny_folder,
        "transfers.csv",
        "KZHOR,rail1435,rail1520,0,10,60,5,0.2,500000,teu/year,both,100000,,,,made-up,D,\n",
        "",
    )
    assert [text.split(",")[0] for _, _, _, text in told(tiny_folder, "W208")] == [
        "no transfer leads to rail1435 at CNSIA"
    ]


def test_transfer_to_a_mode_without_links(tiny_folder):
    """A transfer to a gauge that its node does not have is told at its own column."""
    line = append(tiny_folder, "transfers.csv", "KZALA,rail1520,rail1435,0,8,70,5,0.3,,,,,,,,made-up,D,")
    assert told(tiny_folder, "W209") == [
        ("transfers.csv", line, "to_mode", "KZALA has no rail1435 link; correct the mode or gauge, or add the link")
    ]


def test_broken_corridor(tiny_folder):
    """A corridor without its link in the middle falls into two parts."""
    edit(tiny_folder, "links.csv", ",,,,,titr,made-up,D,\nrail-almaty-moscow,", ",,,,,,made-up,D,\nrail-almaty-moscow,")
    ((file, line, column, text),) = told(tiny_folder, "W214")
    assert (file, line, column) == ("links.csv", 2, "corridors")
    assert text.startswith("titr falls into 2 parts: nothing of it joins CNSIA and KZAAU; put the corridor")


def test_unused_shared_capacity(tiny_folder):
    """A limit that nothing names limits nothing."""
    line = append(tiny_folder, "shared_capacities.csv", "kuryk,Kuryk,KZAAU,5,sailing/day,,made-up,D,")
    assert [(file, at) for file, at, _, _ in told(tiny_folder, "W215")] == [("shared_capacities.csv", line)]


def test_cards_and_scenarios_that_cannot_be_applied(tiny):
    """Each bundled card (with those it requires) and scenario is tried; what fails is told with its reason."""
    nothing = Change("links", {"mode": "river"}, close=1.0)
    port = Change("shared_capacities", scale={"capacity": 2.0})
    cards = (
        Project("base", "Base", changes=(port,)),
        Project("next", "Next", requires=("base",), changes=(port,)),
        Project("void", "Void", changes=(nothing,)),
    )
    scenarios = {"bad": Scenario("Bad", projects=("next",)), "good": Scenario("Good", projects=("base", "next"))}
    data = replace(tiny, annex=Annex.of(cards, scenarios, tiny.observations, tiny.claims))
    found = [finding for finding in network_findings(data) if finding.code == "W216"]
    assert [(finding.file, finding.severity) for finding in found] == [
        ("projects.toml", "warning"),
        ("scenarios/bad.toml", "warning"),
    ]
    assert "river" in found[0].message
    assert 'requires the card "base"' in found[1].message


def test_unknown_source(tiny_folder):
    """A source that is not declared is told once for each file; a dataset that declares none is left alone."""
    for file in ("nodes.csv", "links.csv"):
        edit(tiny_folder, file, "made-up", "hearsay")
    assert told(tiny_folder, "W217") == [
        (
            "links.csv",
            2,
            "source",
            'unknown source "hearsay"; declare [sources.hearsay] in dataset.toml, or correct the id',
        ),
        (
            "nodes.csv",
            2,
            "source",
            'unknown source "hearsay"; declare [sources.hearsay] in dataset.toml, or correct the id',
        ),
    ]
    toml = (tiny_folder / "dataset.toml").read_text(encoding="utf-8")
    (tiny_folder / "dataset.toml").write_text(toml.partition("[sources")[0], encoding="utf-8")
    assert told(tiny_folder, "W217") == []


def test_a_network_without_links(tiny_folder):
    """Nothing but isolated nodes and unreachable demands to tell, and no crash."""
    header = (tiny_folder / "links.csv").read_text(encoding="utf-8").splitlines()[0]
    (tiny_folder / "links.csv").write_text(header + "\n", encoding="utf-8")
    for path in (tiny_folder / "scenarios", tiny_folder / "projects.toml"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    codes = [finding.code for finding in network_findings(read_dataset(tiny_folder))]
    assert codes.count("W202") == 8
    assert codes.count("W201") == 5


def test_findings_of_changed_data_have_no_line(tiny):
    """A row that a scenario added has no line in any file."""
    row = {"node_id": "KZLON", "name": "Lonely", "country": "KZ", "lat": 48, "lon": 66}
    data = apply(tiny, Scenario("s", changes=(Change("nodes", rows=(row,)),)))
    assert [finding.line for finding in network_findings(data) if finding.code == "W202"] == [0]


@pytest.mark.parametrize("prefix", ["W2", "E3"])
def test_codes_are_documented(prefix):
    """Every code of scenarios, cards and findings has its paragraph, and every paragraph its code."""
    sources = [*SOURCES.rglob("*.py"), *(SOURCES.parent / "optimizer").rglob("*.py")]
    used = {code for path in sources for code in re.findall(rf'"({prefix}\d\d)"', path.read_text("utf-8"))}
    documented = set(re.findall(rf"^### ({prefix}\d\d)$", DOCS.read_text("utf-8"), re.MULTILINE))
    assert used == documented


def test_a_card_is_tried_behind_all_it_requires(tiny):
    """Cards that a card requires are themselves put in order: here "c" needs the row of "a", and "b" that of "c"."""
    rows = {
        key: {"node_id": key, "name": f"Node {key}", "country": "KZ", "lat": 48.0, "lon": 66.0} for key in ("a", "b")
    }
    made = Change("nodes", rows=(rows["a"],))
    used = Change("nodes", {"id": "a"}, set={"note": "used"})
    cards = (
        Project("top", "Top", requires=("b", "a"), changes=(used,)),
        Project("b", "B", requires=("a",), changes=(used,)),
        Project("a", "A", changes=(made,)),
    )
    for ordered in (cards, (replace(cards[0], requires=("a", "b")), *cards[1:])):
        data = replace(tiny, annex=Annex.of(ordered, {}, tiny.observations, tiny.claims))
        assert [finding for finding in network_findings(data) if finding.code == "W216"] == []


def test_sources_of_observations_are_known_too(tiny_folder):
    """A published figure carries its source like every other number."""
    line = append(tiny_folder, "observations.csv", "o9,time,CNSIA,DEDUI,,rail,container,2024,300,,,h,nowhere,D,")
    assert [found[:3] for found in told(tiny_folder, "W217")] == [("observations.csv", line, "source")]
