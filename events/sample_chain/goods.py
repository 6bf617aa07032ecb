"""What the chain sells: a made-up fashion assortment, and a few articles whose stock tells a story."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

# code | Indonesian | English | colours | sizes | grams | price in IDR | tags
STYLES = """
TEE | Kaus Katun | Cotton Tee | RED BLACK WHITE NAVY | S M L XL | 180 | 129000 | tops|basics
POLO | Polo Piké | Pique Polo | NAVY WHITE GREEN | S M L XL | 240 | 199000 | tops
FLANEL | Kemeja Flanel | Flannel Shirt | RED GREY GREEN | S M L XL | 320 | 279000 | tops
LINEN | Kemeja Linen | Linen Shirt | WHITE SAND BLUE | S M L XL | 260 | 329000 | tops
BATIK | Kemeja Batik | Batik Shirt | PARANG KAWUNG MEGA | S M L XL XXL | 280 | 389000 | tops|heritage
KOKO | Baju Koko | Koko Shirt | WHITE SAGE | S M L XL | 270 | 299000 | tops|ramadan
DRESS | Gaun Midi | Midi Dress | BLACK RUST BLUE | S M L | 380 | 449000 | dresses
SKIRT | Rok Plisket | Pleated Skirt | BLACK MAUVE CREAM | S M L | 340 | 259000 | skirts
GAMIS | Gamis Harian | Everyday Gamis | BLACK SAGE MAUVE | S M L XL | 520 | 479000 | dresses|ramadan
HIJAB | Kerudung Voal | Voile Scarf | BLACK WHITE SAGE MAUVE RUST NAVY SAND CREAM | ALL | 90 | 89000 | hijab|ramadan
JEANS | Jin Lurus | Straight Jeans | INDIGO BLACK | 28 30 32 34 36 | 640 | 429000 | trousers
CHINO | Celana Chino | Chino Trousers | SAND NAVY OLIVE | 28 30 32 34 36 | 480 | 359000 | trousers
SHORT | Celana Pendek | Shorts | SAND NAVY OLIVE | S M L XL | 300 | 219000 | trousers
HOODIE | Hudi Fleece | Fleece Hoodie | GREY BLACK NAVY | S M L XL | 620 | 399000 | outerwear
DENIM | Jaket Denim | Denim Jacket | INDIGO BLACK | S M L XL | 820 | 599000 | outerwear
CARDI | Kardigan Rajut | Knit Cardigan | CREAM RUST GREY | S M L | 410 | 349000 | outerwear
SNEAK | Sepatu Kanvas | Canvas Sneakers | WHITE BLACK | 38 39 40 41 42 43 | 900 | 459000 | shoes
SANDAL | Sandal Kulit | Leather Sandals | BROWN BLACK | 38 39 40 41 42 | 650 | 289000 | shoes
TOTE | Tas Jinjing | Tote Bag | CREAM BLACK RUST NAVY | ALL | 350 | 189000 | bags
BELT | Ikat Pinggang | Belt | BROWN BLACK | S M L | 260 | 159000 | accessories
CAP | Topi | Cap | BLACK NAVY SAND RED | ALL | 120 | 119000 | accessories
SOCK | Kaus Kaki (3 pasang) | Socks (3 pairs) | BLACK WHITE GREY | ALL | 110 | 69000 | accessories|basics
"""

COLOURS = {
    "RED": ("Merah", "Red"), "BLACK": ("Hitam", "Black"), "WHITE": ("Putih", "White"), "NAVY": ("Biru Tua", "Navy"),
    "GREEN": ("Hijau", "Green"), "GREY": ("Abu-abu", "Grey"), "SAND": ("Pasir", "Sand"), "BLUE": ("Biru", "Blue"),
    "PARANG": ("Parang", "Parang"), "KAWUNG": ("Kawung", "Kawung"), "MEGA": ("Mega Mendung", "Mega Mendung"),
    "SAGE": ("Hijau Sage", "Sage"), "RUST": ("Bata", "Rust"), "MAUVE": ("Mauve", "Mauve"), "CREAM": ("Krem", "Cream"),
    "INDIGO": ("Indigo", "Indigo"), "OLIVE": ("Zaitun", "Olive"), "BROWN": ("Cokelat", "Brown"),
}  # fmt: skip

# sku | Indonesian | English | variant | grams | price | tags ; where they are is in shelves.py
STORY_ARTICLES = """
TEE-SENAYAN-M | Kaus Edisi Senayan | Senayan Edition Tee | White / M | 190 | 249000 | tops|limited
PARKA-OLIVE-L | Parka Gunung | Mountain Parka | Olive / L | 980 | 899000 | outerwear|online
SARONG-INDIGO | Sarung Tenun Indigo | Indigo Woven Sarong | Indigo | 450 | 549000 | heritage
BATIK-TULIS-L | Kemeja Batik Tulis | Hand-drawn Batik Shirt | Sogan / L | 300 | 2450000 | tops|heritage|scarce
SCARF-SILK-RED | Selendang Sutra | Silk Scarf | Red | 80 | 389000 | accessories
NOKEN-BAG | Tas Noken Papua | Papuan Noken Bag | Natural | 400 | 650000 | bags|heritage
KEBAYA-WHITE-M | Kebaya Brokat | Lace Kebaya | White / M | 310 | 799000 | tops|heritage
RAINCOAT-YELLOW-M | Jas Hujan | Raincoat | Yellow / M | 420 | 259000 | outerwear|coming-soon
CAP-RECALL | Topi Anak (ditarik) | Kids' Cap (recalled) | Blue | 100 | 99000 | accessories|recalled
UNIFORM-SHIRT | Seragam Kemeja | Uniform Shirt | White / M | 260 | 189000 | uniform
UNIFORM-TROUSERS | Seragam Celana | Uniform Trousers | Grey / 32 | 480 | 219000 | uniform
UNIFORM-TIE | Seragam Dasi | Uniform Tie | Grey | 70 | 79000 | uniform
UNIFORM-BELT | Seragam Ikat Pinggang | Uniform Belt | Black / M | 240 | 99000 | uniform
UNIFORM-SOCKS | Seragam Kaus Kaki | Uniform Socks | White | 60 | 39000 | uniform
UNIFORM-CAP | Seragam Topi | Uniform Cap | Grey | 110 | 89000 | uniform
"""


@dataclass(frozen=True)
class Article:
    """One SKU. ``style`` and ``size`` are empty for the articles with a story of their own."""

    sku: str
    name_id: str
    name_en: str
    variant: str
    barcode: str
    grams: int
    price: int
    tags: str
    style: str = ""
    size: str = ""


def ean13(first_twelve: str) -> str:
    """Append the check digit: GS1 weighs the digits 1, 3, 1, 3, ... from the left."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(first_twelve))
    return f"{first_twelve}{-total % 10}"


def articles() -> Iterator[Article]:
    """The whole assortment in a fixed order. Barcodes lie in 200-299, which GS1 leaves to shops themselves."""
    number = 0
    for line in STYLES.strip().splitlines():
        style, name_id, name_en, colours, sizes, grams, price, tags = _cells(line, 8)
        for colour in colours.split():
            for size in sizes.split():
                number += 1
                colour_id, colour_en = COLOURS[colour]
                one_size = size == "ALL"
                yield Article(
                    sku=f"{style}-{colour}" if one_size else f"{style}-{colour}-{size}",
                    name_id=f"{name_id} {colour_id}",
                    name_en=f"{name_en} {colour_en}",
                    variant=colour_en if one_size else f"{colour_en} / {size}",
                    barcode=ean13(f"{200 + number % 7}{7_000_000 + number * 37:09d}"),
                    grams=int(grams),
                    price=int(price),
                    tags=tags,
                    style=f"{style}-{colour}",
                    size=size,
                )
    for line in STORY_ARTICLES.strip().splitlines():
        number += 1
        sku, name_id, name_en, variant, grams, price, tags = _cells(line, 7)
        barcode = ean13(f"290{8_000_000 + number * 37:09d}")
        yield Article(sku, name_id, name_en, variant, barcode, int(grams), int(price), tags)


def _cells(line: str, count: int) -> list[str]:
    """The cells of a table line; the last keeps its own bars (they separate tags)."""
    return [cell.strip() for cell in line.split("|", count - 1)]
