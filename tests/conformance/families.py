"""Which family of cases is answered by what, and which are not ours to answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.conformance.cases import Given
from tests.support.world import World

Said = dict[str, Any]
Translation = Callable[[Given], Said]
TranslationInWorld = Callable[[Given, World], Said]

TRANSLATIONS: dict[str, Translation] = {}
IN_THE_WORLD: dict[str, TranslationInWorld] = {}

RACES = "tests/engine/test_races.py"
TEN_BUYERS = "test_the_last_unit_goes_to_exactly_one_of_ten_buyers"

NOT_OURS: Mapping[str, str] = {
    "untracked": "every SKU here is counted; what has no stock (a service, a gift card) does not go through a router",
    "weight_split": "a shipment is what one location does for an order; into how many boxes it goes is the packer's",
    "weighted_priority": "the source has a formula and no numbers; that it can be said: test_own_rules.py",
    "concurrency": f"held elsewhere, on a database that locks: {RACES}, {TEN_BUYERS}",
}

REMARKS: Mapping[str, str] = {
    "MAG-SSA-7": "SKUs are exact here: the translation spells it as the stock does",
    "MAG-MIN-SKU-1-10-3": "the pool is one shelf: Magento keeps its minimum of the sum, floors here are a location's",
    "MAG-MIN-SKU-1-10-4": "the pool is one shelf",
    "MAG-GEO-7": "the nearest come first; to sort them by city is the shop page's",
    "SAL-ALLOC-4": "as a delivery to the collection point",
    "SAL-ALLOC-5": "as a delivery to the collection point",
    "MED-2": "each kit is a line that is not split",
    "COS-SHRINK": "a count reports the shortfall; the orders move when the store refuses them",
    "HW-REJECT-1": "on hand less what is missing; the number on the shelf stays until somebody counts",
    "HW-CAP": "orders an hour, not a day",
    "WOO-STALE": "the chosen slot is `needed_by`",
}


def family(name: str) -> Callable[[Translation], Translation]:
    """The translation of a family: what is given, to what we say, by the names that its cases expect."""

    def register(translation: Translation) -> Translation:
        assert name not in TRANSLATIONS, name
        TRANSLATIONS[name] = translation
        return translation

    return register


def family_in_the_world(name: str) -> Callable[[TranslationInWorld], TranslationInWorld]:
    """The same for what takes orders and time: it runs through the handlers."""

    def register(translation: TranslationInWorld) -> TranslationInWorld:
        assert name not in IN_THE_WORLD, name
        IN_THE_WORLD[name] = translation
        return translation

    return register
