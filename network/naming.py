"""Names in English, Russian and Kazakh of what is written in TOML: project cards and scenarios."""

from __future__ import annotations

TRANSLATED = ("name_ru", "name_kk")
"""Keys of the names beside the English one, in cards and scenarios alike."""


def name_in(language: str, name: str, name_ru: str, name_kk: str) -> str:
    """Return the name in a language, ``en``, ``ru`` or ``kk``; Kazakh falls back on Russian, both on the plain name.

    Examples
    --------
    >>> name_in("kk", "Port of Aktau", "Порт Актау", "")
    'Порт Актау'
    """
    given = {"ru": (name_ru,), "kk": (name_kk, name_ru)}.get(language, ())
    return next(filter(None, given), name)
