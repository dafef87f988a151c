"""Find what a person means by a name: node, link, country, mode.

Matching ignores case, accents, apostrophes and hyphens, in any script. An exact id always wins; a name that fits
several nodes is an error that lists them; a name that fits none is an error with close matches, also across scripts.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

from network.errors import UnknownIdError
from network.model import MODES, Network, Table, split_list

if TYPE_CHECKING:
    from collections.abc import Iterable

N_MATCHES = 5
NAME_COLUMNS = ("node_id", "name", "unlocode", "name_ru", "name_kk")

APOSTROPHES = frozenset("'’‘ʼʹ`´ʻ′")
# Letters that NFKD leaves whole although a Latin keyboard has a plain form for them.
PLAIN_LETTERS = {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
# Rough transliteration, only for suggestions: й and ё have lost their marks by then.
CYRILLIC_TO_LATIN = str.maketrans(
    dict(zip("абвгдезиклмнопрстуфхыэіғқңөұүһә", "abvgdeziklmnoprstufhyeigknouuha", strict=True))
    | {"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya", "ъ": "", "ь": ""}
)
# Two letters are too few to measure likeness by.
COUNTRY_HABITS = {"UK": "GB", "EN": "GB", "EL": "GR", "KAZ": "KZ", "CHN": "CN", "RUS": "RU", "TUR": "TR", "DEU": "DE"}

_indexes: WeakKeyDictionary[Table, dict[str, tuple[str, ...]]] = WeakKeyDictionary()


class _Folded(dict[int, str | None]):
    """What each character of a name becomes, worked out when it is first met, as every start folds all names."""

    def __missing__(self, code: int) -> str | None:
        letter = chr(code)
        folded: str | None = PLAIN_LETTERS.get(letter, letter)
        if letter in APOSTROPHES or unicodedata.combining(letter):
            folded = None
        elif not letter.isalnum() and unicodedata.category(letter)[0] != "M":
            folded = " "
        self[code] = folded
        return folded


_FOLDED = _Folded()


def normalize(name: str) -> str:
    """Return a name without case, accents, apostrophes and punctuation, words parted by one space.

    Examples
    --------
    >>> normalize("Xi’an"), normalize("MAŁASZEWICZE"), normalize("Усть-Каменогорск"), normalize("Орёл")
    ('xian', 'malaszewicze', 'усть каменогорск', 'орел')
    """
    text = name.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(text.translate(_FOLDED).split())


def romanize(name: str) -> str:
    """Return the normalized name in Latin letters, roughly: good enough to compare names across scripts."""
    return normalize(name).translate(CYRILLIC_TO_LATIN)


def resolve_node(network: Network, name: str) -> str:
    """Return the node id meant by a node_id, name, alias, UN/LOCODE, Russian or Kazakh name.

    Raises
    ------
    UnknownIdError
        The name fits no node (with close matches) or several (with their ids).
    """
    return find_node(network.nodes, name)


def find_node(nodes: Table, name: str) -> str:
    """Return the id of the row of a table of nodes that `name` means; see `resolve_node`."""
    if name in nodes.row_of:
        return name
    found = nodes_named(nodes, name)
    if len(found) == 1:
        return found[0]
    if not found:
        raise UnknownIdError(f'unknown node "{name}"', name=name, matches=_close_nodes(nodes, name))
    raise _ambiguous(nodes, name, found)


def nodes_named(nodes: Table, name: str) -> tuple[str, ...]:
    """Return the ids of the rows of a table of nodes that have `name` as id, name, alias or UN/LOCODE."""
    return _node_index(nodes).get(normalize(name), ())


def resolve_link(network: Network, link_id: str) -> str:
    """Return the link id meant by `link_id`, whatever its case.

    Raises
    ------
    UnknownIdError
        No link, or several links, have this id.
    """
    row_of = network.links.row_of
    if link_id in row_of:
        return link_id
    wanted = normalize(link_id)
    found = [known for known in row_of if normalize(known) == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownIdError(f'"{link_id}" fits several links', name=link_id, matches=found)
    raise unknown_id("link", link_id, row_of)


def resolve_node_or_link(network: Network, name: str) -> tuple[Literal["node", "link"], str]:
    """Return what a name means and its id; an exact id wins, then a node, then a link.

    Raises
    ------
    UnknownIdError
        The name fits nothing or several things.
    """
    nodes, links = network.nodes, network.links
    if name in nodes.row_of and name in links.row_of:
        raise UnknownIdError(f'"{name}" is both a node and a link; rename one of them in the dataset', name=name)
    if name in links.row_of:
        return "link", name
    if name in nodes.row_of or normalize(name) in _node_index(nodes):
        return "node", resolve_node(network, name)
    try:
        return "link", resolve_link(network, name)
    except UnknownIdError as error:
        matches = (*_close_nodes(nodes, name), *error.matches)[:N_MATCHES]
        raise UnknownIdError(f'unknown node or link "{name}"', name=name, matches=matches) from None


def check_country(code: str) -> str:
    """Return an ISO 3166-1 alpha-2 code in upper case, whether or not the data knows the country.

    Raises
    ------
    UnknownIdError
        The code is not one of ISO 3166-1.
    """
    from network.countries import COUNTRY_CODES

    wanted = code.strip().upper()
    if wanted in COUNTRY_CODES:
        return wanted
    message = f'unknown country "{code}": give a two-letter code of ISO 3166-1, such as KZ'
    raise UnknownIdError(message, name=code, matches=_close_countries(wanted, COUNTRY_CODES))


def check_mode(mode: str) -> str:
    """Return a bare mode in lower case.

    Raises
    ------
    UnknownIdError
        The mode is none of rail, road, river, sea and air.
    """
    wanted = mode.strip().lower()
    if wanted in MODES:
        return wanted
    raise unknown_id("mode", mode, MODES)


def unknown_id(kind: str, name: str, candidates: Iterable[str]) -> UnknownIdError:
    """Return the error for a name that none of `candidates` bears, with up to five close ones."""
    known = list(candidates)
    message = f'unknown {kind} "{name}"'
    matches = close_matches(name, known)
    if not matches and 0 < len(known) <= N_MATCHES + 3:
        message += f" (known: {', '.join(known)})"
    return UnknownIdError(message, name=name, matches=matches)


def close_matches(name: str, candidates: Iterable[str]) -> tuple[str, ...]:
    """Return up to five of `candidates` that look or sound like `name`, best first; scripts may differ."""
    by_sound: dict[str, list[str]] = {}
    for candidate in candidates:
        by_sound.setdefault(romanize(candidate), []).append(candidate)
    found = [candidate for sound in _close_sounds(romanize(name), by_sound) for candidate in by_sound[sound]]
    return tuple(dict.fromkeys(found))[:N_MATCHES]


def suggestion(name: str, candidates: Iterable[str], otherwise: str) -> str:
    """Return the remedy for a name that none of `candidates` bears: close ones, else all behind `otherwise`."""
    known = list(candidates)
    matches = close_matches(name, known)
    return f"did you mean {', '.join(matches)}?" if matches else f"{otherwise} {', '.join(known)}"


def _close_sounds(wanted: str, sounds: Iterable[str]) -> list[str]:
    """Return romanized names like `wanted`: those it begins or that begin it first, then by likeness."""
    import difflib

    known = [sound for sound in sounds if sound]
    if not wanted:
        return []
    words = f"{wanted} "
    begun = [sound for sound in known if words.startswith(f"{sound} ") or f"{sound} ".startswith(words)]
    alike = difflib.get_close_matches(wanted, known, n=2 * N_MATCHES, cutoff=0.6)
    return list(dict.fromkeys([*sorted(begun, key=len), *alike]))


def _node_names(nodes: Table) -> Iterable[tuple[str, str]]:
    """Yield every name of every node with the node's id."""
    ids = nodes.text("node_id")
    for column in NAME_COLUMNS:
        yield from zip(nodes.text(column), ids, strict=True)
    for aliases, node_id in zip(nodes.text("aliases"), ids, strict=True):
        if aliases:
            for alias in split_list(aliases):
                yield alias, node_id


def _node_index(nodes: Table) -> dict[str, tuple[str, ...]]:
    """Return node ids by normalized name, built once per table of nodes."""
    index = _indexes.get(nodes)
    if index is None:
        found: dict[str, dict[str, None]] = {}
        for name, node_id in _node_names(nodes):
            key = normalize(name) if name else ""
            if key:
                found.setdefault(key, {})[node_id] = None
        # UN/LOCODEs are written with and without the space behind the country.
        for code, node_id in zip(nodes.text("unlocode"), nodes.text("node_id"), strict=True):
            for spelling in (f"{code[:2]}{code[-3:]}", f"{code[:2]} {code[-3:]}") if code else ():
                found.setdefault(normalize(spelling), {})[node_id] = None
        index = {key: tuple(node_ids) for key, node_ids in found.items()}
        _indexes[nodes] = index
    return index


def _close_nodes(nodes: Table, name: str) -> tuple[str, ...]:
    """Return names of up to five nodes like `name`, each node once, in the script in which it was typed if it can."""
    import difflib

    named: dict[str, list[str]] = {}
    names_of: dict[str, list[str]] = {}
    for known, node_id in _node_names(nodes):
        if known:
            named.setdefault(romanize(known), []).append(node_id)
            names_of.setdefault(node_id, []).append(known)
    close = dict.fromkeys(node_id for sound in _close_sounds(romanize(name), named) for node_id in named[sound])
    wanted = normalize(name)
    shown: dict[str, None] = {}
    for node_id in list(close)[:N_MATCHES]:
        by_key = {normalize(known): known for known in reversed(names_of[node_id])}
        same_script = [key for key in by_key if key.isascii() == wanted.isascii()] or list(by_key)
        shown[by_key[difflib.get_close_matches(wanted, same_script, n=1, cutoff=0.0)[0]]] = None
    return tuple(shown)


def _ambiguous(nodes: Table, name: str, node_ids: tuple[str, ...]) -> UnknownIdError:
    """Return the error for a name that fits several nodes."""
    names, countries = nodes.text("name"), nodes.text("country")
    rows = [nodes.row_of[node_id] for node_id in node_ids]
    listed = ", ".join(
        f"{node_id} ({names[row]}, {countries[row]})" for node_id, row in zip(node_ids, rows, strict=True)
    )
    message = f'"{name}" fits {len(node_ids)} nodes: {listed}; give the node_id'
    return UnknownIdError(message, name=name, matches=node_ids)


def _close_countries(wanted: str, codes: Iterable[str]) -> tuple[str, ...]:
    """Return the code a habit stands for, else the codes made of the first letter and a later one of `wanted`."""
    if wanted in COUNTRY_HABITS:
        return (COUNTRY_HABITS[wanted],)
    return tuple(sorted(code for code in codes if code[0] == wanted[:1] and code[1] in wanted[1:]))[:N_MATCHES]
