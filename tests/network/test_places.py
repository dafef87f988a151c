import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network import Dataset, UnknownIdError
from network.places import (
    check_country,
    check_mode,
    close_matches,
    find_node,
    normalize,
    resolve_link,
    resolve_node,
    resolve_node_or_link,
    romanize,
    unknown_id,
)


def dataset(nodes, links=()):
    """Return a dataset of named nodes; every node has country KZ unless it says otherwise."""
    rows = [{"country": "KZ", "lat": 1.0 + i, "lon": 1.0, **node} for i, node in enumerate(nodes)]
    columns = ["link_id", "mode", "from_node", "to_node", "length_km", "time_h", "cost_usd_per_teu"]
    table = pd.DataFrame([dict(zip(columns, link, strict=True)) for link in links], columns=columns)
    return Dataset.from_frames(nodes=pd.DataFrame(rows), links=table)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("CNSIA", "CNSIA"),
        ("cnsia", "CNSIA"),
        ("Xi'an", "CNSIA"),
        ("xi’an", "CNSIA"),
        ("XIAN", "CNSIA"),
        ("西安", "CNSIA"),
        ("сиань", "CNSIA"),
        ("alma ata", "KZALA"),
        ("Alma-Ata", "KZALA"),
        ("ҚОРҒАС", "KZHOR"),
        ("алтынколь", "KZHOR"),
        ("Malaszewicze", "PLMAL"),
        ("małaszewicze", "PLMAL"),
        ("Baki", "AZBAK"),
        ("  Дуйсбург ", "DEDUI"),
    ],
)
def test_every_kind_of_name_resolves(tiny, typed, meant):
    """Id, name, alias, UN/LOCODE, Russian and Kazakh name all lead to the node, whatever case, accents, apostrophes."""
    assert resolve_node(tiny.network, typed) == meant


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [
        ("Duisberg", "Duisburg"),
        ("Aktau port", "Aktau"),
        ("Алмата", "Алматы"),
        ("Мосва", "Москва"),
        ("Xiann", "Xi'an"),
        ("Khorgas", "Khorgos"),
    ],
)
def test_near_misses_are_suggested(tiny, typed, suggested):
    """A typing error or a longer name is answered by the name that was meant, in the script typed."""
    with pytest.raises(UnknownIdError, match="did you mean") as raised:
        resolve_node(tiny.network, typed)
    assert raised.value.matches[0] == suggested
    assert len(raised.value.matches) <= 5
    assert raised.value.name == typed


def test_a_name_typed_in_the_other_script_is_suggested():
    """Cyrillic typing finds a node that has a Latin name only, through transliteration."""
    data = dataset([{"node_id": "a", "name": "Duisburg"}, {"node_id": "b", "name": "Hamburg"}])
    with pytest.raises(UnknownIdError) as raised:
        resolve_node(data.network, "Дуйсбург")
    assert raised.value.matches[0] == "Duisburg"


def test_nothing_alike_gives_no_suggestion(tiny):
    """Far-off, empty and symbol-only names are unknown, without wild guesses."""
    for typed in ("Qqqqqqqq", "", "!!!"):
        with pytest.raises(UnknownIdError) as raised:
            resolve_node(tiny.network, typed)
        assert raised.value.matches == ()


def test_an_ambiguous_name_lists_the_nodes():
    """A name two nodes bear is refused with both ids; the exact id of one still works."""
    data = dataset(
        [{"node_id": "a1", "name": "Baku"}, {"node_id": "a2", "name": "BAKÜ"}, {"node_id": "Baku2", "name": "X"}]
    )
    with pytest.raises(UnknownIdError, match="fits 2 nodes") as raised:
        resolve_node(data.network, "baku")
    assert raised.value.matches == ("a1", "a2")
    assert "give the node_id" in str(raised.value)
    assert find_node(data.network.nodes, "a2") == "a2"


def test_an_exact_id_wins_over_a_name():
    """A node whose id is another node's name is found by its id."""
    data = dataset([{"node_id": "Osh", "name": "Elsewhere"}, {"node_id": "b", "name": "Osh"}])
    assert resolve_node(data.network, "Osh") == "Osh"


def test_links_resolve_whatever_their_case(tiny):
    """A link id is found in any case; an unknown one is answered with close ids."""
    assert resolve_link(tiny.network, "SEA-aktau-BAKU") == "sea-aktau-baku"
    with pytest.raises(UnknownIdError) as raised:
        resolve_link(tiny.network, "sea-aktau-bak")
    assert raised.value.matches[0] == "sea-aktau-baku"


def test_ambiguous_links_are_refused():
    """Two links whose ids differ in case only need the exact id."""
    nodes = [{"node_id": "a", "name": "A"}, {"node_id": "b", "name": "B"}]
    data = dataset(nodes, [("L", "road", "a", "b", 200, 5, 9), ("l", "road", "a", "b", 200, 5, 8)])
    assert resolve_link(data.network, "l") == "l"
    nodes_and = dataset(nodes, [("L-1", "road", "a", "b", 200, 5, 9), ("l 1", "road", "a", "b", 200, 5, 8)])
    with pytest.raises(UnknownIdError, match="several links"):
        resolve_link(nodes_and.network, "l_1")


def test_node_or_link(tiny):
    """One name space for avoid lists: nodes by any name, links by id, and suggestions from both."""
    assert resolve_node_or_link(tiny.network, "Актау") == ("node", "KZAAU")
    assert resolve_node_or_link(tiny.network, "sea-aktau-baku") == ("link", "sea-aktau-baku")
    assert resolve_node_or_link(tiny.network, "Sea-Aktau-Baku") == ("link", "sea-aktau-baku")
    with pytest.raises(UnknownIdError, match="unknown node or link") as raised:
        resolve_node_or_link(tiny.network, "sea-aktau-bakuu")
    assert "sea-aktau-baku" in raised.value.matches


def test_one_id_of_a_node_and_a_link_is_refused():
    """A name that is both a node id and a link id is never guessed."""
    nodes = [{"node_id": "a", "name": "A"}, {"node_id": "b", "name": "B"}]
    data = dataset(nodes, [("a", "road", "a", "b", 200, 5, 9)])
    with pytest.raises(UnknownIdError, match="both a node and a link"):
        resolve_node_or_link(data.network, "a")


def test_countries():
    """ISO codes pass in any case, in the data or not; anything else is refused with the code that was meant."""
    assert check_country("kz") == "KZ"
    assert check_country(" AQ ") == "AQ"
    for typed, meant in (("UK", "GB"), ("KAZ", "KZ"), ("XX", None), ("", None)):
        with pytest.raises(UnknownIdError, match="ISO 3166-1") as raised:
            check_country(typed)
        assert (meant in raised.value.matches) if meant else not raised.value.matches


def test_modes():
    """Modes pass in any case; a typing error is answered with the mode."""
    assert check_mode(" Rail") == "rail"
    with pytest.raises(UnknownIdError, match="did you mean rail"):
        check_mode("rial")
    with pytest.raises(UnknownIdError, match="known: rail, road, river, sea, air"):
        check_mode("pipe")


def test_unknown_id_lists_few_candidates():
    """With nothing alike and few candidates the error lists them all."""
    assert "(known: alpha, beta)" in str(unknown_id("card", "zzz", ["alpha", "beta"]))
    assert unknown_id("card", "alpa", ["alpha", "beta"]).matches == ("alpha",)


def test_close_matches_are_few_and_best_first():
    """No more than five suggestions, the nearest first."""
    matches = close_matches("aktau", [f"aktau-{n}" for n in range(9)] + ["aktaux"])
    assert len(matches) == 5
    assert matches[0] == "aktau-0"


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=20))
def test_normalize_is_idempotent(name):
    """Normalizing twice changes nothing more, in any script, and romanizing never fails."""
    assert normalize(normalize(name)) == normalize(name)
    assert isinstance(romanize(name), str)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(["Xi'an", "Małaszewicze", "Хоргос", "西安", "Alma-Ata", "Орёл", "Đà Nẵng", "Straße"]))
def test_normalize_is_blind_to_case(name):
    """Upper and lower case mean the same place."""
    assert normalize(name.upper()) == normalize(name.lower()) == normalize(name)


def test_names_are_indexed_once_for_each_table_of_nodes(tiny):
    """A changed table of nodes is not answered from the old index."""
    nodes = tiny.network.nodes
    names = nodes.text("name").copy()
    names[0] = "Chang'an"
    renamed = nodes.with_columns({"name": names})
    assert find_node(nodes, "xi'an") == "CNSIA"
    assert find_node(renamed, "changan") == "CNSIA"
    with pytest.raises(UnknownIdError):
        find_node(nodes, "changan")


@pytest.mark.parametrize("given", ["KZAAU", "KZ AAU"])
@pytest.mark.parametrize("typed", ["KZAAU", "kz aau", "KZ-AAU"])
def test_a_unlocode_resolves_with_and_without_its_space(given, typed):
    """Both spellings of a UN/LOCODE are in use, in data and among people."""
    data = dataset([{"node_id": "aktau", "name": "Aktau", "unlocode": given}, {"node_id": "b", "name": "B"}])
    assert resolve_node(data.network, typed) == "aktau"
