import pytest

from network.changes import Change
from network.projects import Project, read_projects

CARDS = """\
# two cards
[[projects]]
id = "aktau-hub"
name = "Aktau container hub"
name_ru = "Контейнерный хаб Актау"
name_kk = "Ақтау контейнерлік хабы"
status = "planned"
year = 2028
cost_usd_m = 200.5
requires = ["dredging"]
excludes = "kuryk"
claims = ["C1", "C2"]
source = "made-up"
confidence = "D"
note = "n"

[[projects.changes]]
table = "links"
close = true

[[projects.changes]]
table = "nodes"
where = { id = "KZAAU" }
close = 0.5

[[projects]]
id = "dredging"
name = "Dredging"

[[projects.changes]]
table = "links"
close = true

[[projects]]
id = "kuryk"
name = "Kuryk"
changes = [{ table = "links", close = true }]
"""


def read(folder, text):
    """Return cards and findings of a file with this text."""
    path = folder / "projects.toml"
    path.write_text(text, encoding="utf-8")
    return read_projects(path)


def card(key, extra="", changes='[[projects.changes]]\ntable = "links"\nclose = true\n'):
    """Return the text of a card."""
    return f'[[projects]]\nid = "{key}"\nname = "N"\n{extra}\n{changes}\n'


def test_reads_cards_with_all_keys(tmp_path):
    """Every key arrives, lists may be single texts, inline changes work too."""
    cards, findings = read(tmp_path, CARDS)
    assert findings == []
    assert [one.id for one in cards] == ["aktau-hub", "dredging", "kuryk"]
    assert cards[0] == Project(
        id="aktau-hub",
        name="Aktau container hub",
        name_ru="Контейнерный хаб Актау",
        name_kk="Ақтау контейнерлік хабы",
        status="planned",
        year=2028,
        cost_usd_m=200.5,
        requires=("dredging",),
        excludes=("kuryk",),
        source="made-up",
        confidence="D",
        claims=("C1", "C2"),
        note="n",
        changes=(Change("links", close=1.0), Change("nodes", {"id": "KZAAU"}, close=0.5)),
    )


def test_to_mapping_holds_what_was_given(tmp_path):
    """The plain form of a card has the keys of its block and no others."""
    cards, _ = read(tmp_path, CARDS)
    assert cards[1].to_mapping() == {
        "id": "dredging",
        "name": "Dredging",
        "changes": [{"table": "links", "close": True}],
    }
    assert set(cards[0].to_mapping()) == set(Project.__dataclass_fields__)


@pytest.mark.parametrize(
    ("text", "line", "column", "code", "words"),
    [
        (card("a") + card("a"), 9, "id", "E305", "the id is that of the card in line 1"),
        (card("a", 'requires = ["b"]') + card("bb"), 1, "requires", "E306", 'unknown card "b"; did you mean bb?'),
        (card("a", 'excludes = ["b"]'), 1, "excludes", "E306", 'unknown card "b"; the cards are a'),
        (card("a", 'requires = ["a"]'), 1, "requires", "E306", "names the card itself"),
        (card("a", 'requires = ["b"]\nexcludes = ["b"]') + card("b"), 1, "excludes", "E306", '"b" is required too'),
        (card("a", changes=""), 1, "changes", "E303", "the card changes nothing; add [[projects.changes]]"),
        (card(""), 1, "id", "E303", "the card has no id"),
        (card("a b"), 1, "id", "E303", "holds a space, comma or bracket"),
        (card("a", "cost_usd_m = -5"), 1, "cost_usd_m", "E303", "is negative: -5"),
        (card("a", 'cost_usd_m = "5"'), 1, "cost_usd_m", "E303", "expects a number, got '5'"),
        (card("a", 'year = "soon"'), 1, "year", "E303", "expects a year"),
        (card("a", 'confidence = "E"'), 1, "confidence", "E303", 'unknown grade "E"; give A, B, C or D'),
        (card("a", "status = 5"), 1, "status", "E303", "expects a text, got 5"),
        (card("a", "claims = [5]"), 1, "claims", "E303", "expects a list of texts"),
        (card("a", 'requyres = "x"'), 1, "requyres", "E302", "did you mean requires?"),
        ('[[projects]]\nid = "a"\n' + card("b"), 1, "name", "E303", "the card has no name"),
        (card("a", changes='[[projects.changes]]\ntable = "link"\nclose = true'), 5, "table", "E302", "unknown table"),
        (card("a") + card("b", changes="[[projects.changes]]\nclose = true"), 13, "table", "E303", "names no table"),
        ('[[project]]\nid = "a"', 0, "project", "E302", "did you mean projects?"),
        ("[[projects]\n", 1, "", "E301", "is not valid TOML"),
    ],
)
def test_problems_have_line_and_remedy(tmp_path, text, line, column, code, words):
    """Each mistake is told at the line of its header, with its key, code and remedy."""
    _, findings = read(tmp_path, text)
    found = [f for f in findings if (f.line, f.column, f.code) == (line, column, code)]
    assert found, findings
    assert words in f"{found[0].message}; {found[0].remedy}"
    assert all(finding.remedy and finding.file == "projects.toml" for finding in findings)


def test_a_card_that_cannot_be_read_does_not_make_others_dangle(tmp_path):
    """Only the broken card is told; one that requires it is kept."""
    cards, findings = read(tmp_path, card("a", "year = true") + card("b", 'requires = ["a"]'))
    assert [one.id for one in cards] == ["b"]
    assert len(findings) == 1


def test_a_card_that_only_gathers_needs_no_changes(tmp_path):
    """A card that requires others may change nothing itself; its plain form has no changes either."""
    cards, findings = read(tmp_path, card("a") + card("b", 'requires = ["a"]', changes=""))
    assert findings == []
    assert cards[1].changes == ()
    assert "changes" not in cards[1].to_mapping()
