"""What stands where: constructed opening stock. Real stock positions do not exist in public."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from goods import Article
from shops import Shop

SEED = "fulfillment-sample-chain-1"

# How much of the assortment a location carries (style and colour), how many of its sizes, and units per size.
CARRIES = {"F": (0.85, 0.93, 9), "S": (0.77, 0.82, 6), "K": (0.55, 0.72, 3), "W": (1.0, 0.97, 160)}
SIZE_CURVE = {"S": 0.7, "M": 1.3, "L": 1.2, "XL": 0.8, "XXL": 0.4, "28": 0.6, "36": 0.5, "38": 0.6, "43": 0.5}

# Stock that tells a story: sku -> location -> units on hand (the second number: blocked).
STORY_STOCK: dict[str, dict[str, tuple[int, int]]] = {
    "TEE-SENAYAN-M": {"senayan": (10, 0)},
    "PARKA-OLIVE-L": {"wh-cikarang": (25, 0)},
    "SARONG-INDIGO": {"senayan": (3, 0), "blok-m": (2, 0), "kelapa-gading": (2, 0)},
    "BATIK-TULIS-L": {"blok-m": (1, 0)},
    "SCARF-SILK-RED": {"senayan": (1, 0), "grogol": (1, 0)},
    "NOKEN-BAG": {"jayapura": (4, 0)},
    "KEBAYA-WHITE-M": {"banyuwangi": (4, 0), "denpasar": (4, 0)},
    "RAINCOAT-YELLOW-M": {},
    "CAP-RECALL": {"wh-cikarang": (20, 20)},
    "UNIFORM-SHIRT": {"tebet": (5, 0)},
    "UNIFORM-TROUSERS": {"tebet": (5, 0), "blok-m": (5, 0)},
    "UNIFORM-TIE": {"tebet": (5, 0), "blok-m": (5, 0)},
    "UNIFORM-BELT": {"menteng": (5, 0), "blok-m": (5, 0)},
    "UNIFORM-SOCKS": {"menteng": (5, 0), "blok-m": (5, 0)},
    "UNIFORM-CAP": {"menteng": (5, 0)},
}
# An everyday article that every store of Jakarta has, so that a demonstration always finds it.
EVERYWHERE = {"TEE-RED-M": 8, "TEE-RED-L": 6, "TOTE-CREAM": 5}


def stock_rows(articles: Sequence[Article], shops: Sequence[Shop]) -> Iterator[tuple[str, str, int, int]]:
    """(sku, location_id, on_hand, blocked), by location and then in the order of the assortment.

    Each location draws from a stream of its own, so a new store changes no other store's shelf.
    """
    for shop in shops:
        location_id = shop.row["location_id"]
        random = Random(f"{SEED}/{location_id}")
        style_share, size_share, units = CARRIES[shop.size]
        carried: dict[str, bool] = {}
        for article in articles:
            if not article.style:
                story = STORY_STOCK[article.sku].get(location_id)
                if story:
                    yield (article.sku, location_id, *story)
                continue
            if article.style not in carried:
                carried[article.style] = random.random() < style_share
            has_size = random.random() < size_share
            on_hand = _units(random, units * SIZE_CURVE.get(article.size, 1.0))
            blocked = 1 if on_hand > 2 and random.random() < 0.01 else 0
            always = EVERYWHERE.get(article.sku, 0) if "jabodetabek" in shop.row["groups"] else 0
            if always:
                yield article.sku, location_id, max(always, on_hand), 0
            elif carried[article.style] and has_size:
                yield article.sku, location_id, on_hand, blocked


def _units(random: Random, mean: float) -> int:
    """Units of one size: many shelves hold few, few hold many, and about one in twelve is sold out."""
    if random.random() < 0.08:
        return 0
    return 1 + int(random.gammavariate(2.0, mean / 2))
