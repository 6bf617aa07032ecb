"""Postal and area codes: one way to write each, and the shorter codes that a place also lies in.

Loader and lookup write a code the same way, so a place is found however the customer typed it. A code that nobody
knows is looked up by the longest known code that holds it; which those are depends on the country:

- Great Britain (and Jersey, Guernsey, Man): full code, sector, district (the outward code), area letters:
  ``SW1A 1AA``, ``SW1A 1``, ``SW1A``, ``SW``. Outward codes are never cut: SW1A is no part of SW1, nor M11 of M1.
- Area codes: level by level, at the dots: ``31.74.07.1001``, ``31.74.07``, ``31.74``, ``31``.
- Elsewhere, and in Indonesia: every shorter beginning: ``12190``, ``1219``, ``121``, ``12``, ``1``.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal

PlaceKind = Literal["postal", "area"]

BRITISH = frozenset({"GB", "GG", "IM", "JE"})  # one system of codes

_OUTWARD = r"[A-Z]{1,2}[0-9][A-Z0-9]?"
_FULL = re.compile(rf"({_OUTWARD})([0-9][A-Z]{{2}})")
_PARTED = re.compile(
    rf"({_OUTWARD}) ([0-9][A-Z]{{0,2}})"
)  # written with its blank; the inward part may be cut off
_DISTRICT = re.compile(_OUTWARD)
_SECTOR = re.compile(rf"({_OUTWARD})([0-9][A-Z]?)")  # too long for a district: SW1A1
_BLANKS = re.compile(r"[\s-]+")
_BRITISH_PREFIX = re.compile(rf"[A-Z]{{1,2}}|{_OUTWARD}( [0-9]([A-Z]{{2}})?)?")  # what ``codes_of`` cuts
_DIGITS = re.compile(r"[0-9]+")
_INDONESIAN_LEVELS = (2, 4, 6, 10)  # digits of a province, city, district and village
_INDONESIAN_AREA = re.compile(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?")
_INDONESIAN_POSTAL = 5  # digits


def canonical(country: str, kind: PlaceKind, code: str) -> str:
    """The one way to write a code: capitals, no blanks or dashes but the one of a British code; area codes dotted."""
    if kind == "area":
        return _dotted(country, code)
    tidy = _BLANKS.sub(" ", code.upper()).strip()
    compact = tidy.replace(" ", "")
    if country not in BRITISH:
        return compact
    # A blank decides where the outward part ends; without one only the shape can: M1 1 is not M11.
    for pattern, written in ((_FULL, compact), (_PARTED, tidy)):
        if found := pattern.fullmatch(written):
            return f"{found[1]} {found[2]}"
    if not _DISTRICT.fullmatch(compact) and (found := _SECTOR.fullmatch(compact)):
        return f"{found[1]} {found[2]}"
    return compact


def codes_of(country: str, kind: PlaceKind, code: str) -> tuple[str, ...]:
    """The code and every shorter one that it lies in, longest first; canonical. Empty for an empty code."""
    exact = canonical(country, kind, code)
    if not exact:
        return ()
    if kind == "area":
        parts = exact.split(".")
        return tuple(".".join(parts[:count]) for count in range(len(parts), 0, -1))
    if country in BRITISH:
        return _british(exact)
    return tuple(exact[:length] for length in range(len(exact), 0, -1))


def as_prefix(country: str, prefix: str) -> tuple[PlaceKind, str]:
    """Kind and canonical code of a prefix of a service area: ``postal:12`` and ``area:12`` say their kind.

    One that does not is postal; in Indonesia one with dots is an area. See ``prefix_fault`` for what doors refuse.
    """
    word, colon, code = prefix.partition(":")
    said = word.strip().lower()
    if colon and said in ("postal", "area"):
        kind: PlaceKind = "area" if said == "area" else "postal"
        return kind, canonical(country, kind, code)
    kind = "area" if country == "ID" and "." in prefix else "postal"
    return kind, canonical(country, kind, prefix)


def prefix_fault(country: str, prefix: str) -> str | None:
    """Why a prefix means two places or none, and what to write instead; None when it means one."""
    word, colon, _ = prefix.partition(":")
    if colon and word.strip().lower() not in ("postal", "area"):
        return f"{prefix!r} begins with neither postal: nor area:"
    kind, code = as_prefix(country, prefix)
    if not code.strip("."):
        return f"{prefix!r} names no code"
    if country == "ID":
        return _indonesian_fault(prefix, kind, code, bare=not colon)
    if kind == "area":
        return None
    if country in BRITISH and not _BRITISH_PREFIX.fullmatch(code):
        return f"{prefix!r} is no postal area, district, sector or code like SW, SW1A, SW1A 1 or SW1A 1AA"
    if not code.isalnum() and country not in BRITISH:
        return f"{prefix!r} is no beginning of a postal code: if it is an area, write area:{prefix.strip()}"
    return None


def _indonesian_fault(prefix: str, kind: PlaceKind, code: str, *, bare: bool) -> str | None:
    if kind == "area":
        whole = "write a whole one, like 31, 31.74, 31.74.07 or 31.74.07.1001"
        return None if _INDONESIAN_AREA.fullmatch(code) else f"{prefix!r} is no area: {whole}"
    if not _DIGITS.fullmatch(code):
        return f"{prefix!r} is no beginning of a postal code, which has 5 digits"
    if len(code) > _INDONESIAN_POSTAL:
        area = _dotted("ID", code)
        hint = f": is it area:{area}?" if "." in area else ""
        return f"{prefix!r} is longer than a postal code, which has 5 digits{hint}"
    if bare and len(code) <= 2:  # a province has two digits, and so has the beginning of a postal code
        area = f" or area:{code}" if len(code) == 2 else ", or area: and a whole area like 12"
        return f"{prefix!r} may be a postal code or an area: write postal:{code}{area}"
    return None


def _british(code: str) -> tuple[str, ...]:
    outward, _, inward = code.partition(" ")
    if not _DISTRICT.fullmatch(outward):
        return (code,)
    letters = outward[:2] if outward[:2].isalpha() else outward[:1]
    longer = (code, f"{outward} {inward[0]}") if inward else ()
    return tuple(dict.fromkeys((*longer, outward, letters)))


def _dotted(country: str, code: str) -> str:
    bare = _bare(code)
    if country == "ID" and bare.isdigit() and len(bare) in _INDONESIAN_LEVELS:
        cuts = [0, *(length for length in _INDONESIAN_LEVELS if length <= len(bare))]
        return ".".join(bare[start:end] for start, end in pairwise(cuts))
    return bare


def _bare(code: str) -> str:
    return code.upper().strip().strip(".")
