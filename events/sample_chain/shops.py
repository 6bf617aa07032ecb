"""Where the chain is: made-up stores and warehouses at real districts, with their hours and the land they serve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from land import Country, District, title

MALL = "Mon-Sun 10:00-22:00"
STREET = "Mon-Thu,Sat,Sun 09:00-21:00; Fri 09:00-11:30,13:00-21:00"  # closed for Friday prayer
NIGHT = "Mon-Thu,Sun 10:00-23:00; Fri,Sat 10:00-01:00"  # past midnight at the weekend
CHURCH = "Mon-Sat 09:00-20:00; Sun 13:00-20:00"
EARLY = "Mon-Sat 08:30-20:00; Sun 10:00-18:00"
HOURS = {"mall": MALL, "street": STREET, "night": NIGHT, "church": CHURCH, "early": EARLY}

# id | name | city code | district | size | brand | hours | service area
# size: F flagship, S standard, K kiosk
STORES = """
senayan            | Senayan               | 3174 | p12190              | F | sagara  | mall   | jakarta
blok-m             | Blok M                | 3174 | p12160              | S | sagara  | mall   | jakarta
pondok-indah       | Pondok Indah          | 3174 | KEBAYORAN LAMA      | F | lintang | mall   | jakarta
kemang             | Kemang                | 3174 | MAMPANG PRAPATAN    | K | lintang | night  | jakarta
tebet              | Tebet                 | 3174 | TEBET               | S | sagara  | street | jakarta
pasar-minggu       | Pasar Minggu          | 3174 | PASAR MINGGU        | S | sagara  | street | jakarta
menteng            | Menteng               | 3171 | MENTENG             | S | lintang | mall   | jakarta
cempaka-putih      | Cempaka Putih         | 3171 | CEMPAKA PUTIH       | S | sagara  | mall   | jakarta
kelapa-gading      | Kelapa Gading         | 3172 | KELAPA GADING       | F | sagara  | mall   | jakarta
pluit              | Pluit                 | 3172 | PENJARINGAN         | S | sagara  | mall   | jakarta
grogol             | Grogol                | 3173 | GROGOL PETAMBURAN   | S | sagara  | mall   | jakarta
kembangan          | Kembangan             | 3173 | KEMBANGAN           | S | lintang | mall   | jakarta
duren-sawit        | Duren Sawit           | 3175 | DUREN SAWIT         | S | sagara  | street | jakarta
cipayung           | Cipayung              | 3175 | CIPAYUNG            | K | sagara  | early  | jakarta
serpong            | Serpong               | 3674 | SERPONG             | S | lintang | mall   | tangerang
karawaci           | Karawaci              | 3671 | KARAWACI            | S | sagara  | mall   | tangerang
margonda           | Depok Margonda        | 3276 | BEJI                | S | sagara  | mall   | depok-bogor
bogor              | Bogor Tengah          | 3271 | BOGOR TENGAH        | S | sagara  | street |
bekasi             | Bekasi Selatan        | 3275 | BEKASI SELATAN      | S | sagara  | mall   | bekasi
serang             | Serang                | 3673 | SERANG              | K | sagara  | street | banten
dago               | Bandung Dago          | 3273 | COBLONG             | S | lintang | night  | bandung
braga              | Bandung Braga         | 3273 | SUMUR BANDUNG       | F | sagara  | mall   | bandung
cirebon            | Cirebon               | 3274 | KEJAKSAN            | K | sagara  | street | east-west-java
tasikmalaya        | Tasikmalaya           | 3278 | CIHIDEUNG           | K | sagara  | street | east-west-java
simpang-lima       | Semarang Simpang Lima | 3374 | SEMARANG TENGAH     | S | sagara  | mall   | central-java
solo               | Solo                  | 3372 | LAWEYAN             | S | sagara  | mall   | central-java
purwokerto         | Purwokerto            | 3302 | PURWOKERTO TIMUR    | K | sagara  | street |
malioboro          | Yogyakarta Malioboro  | 3471 | GEDONGTENGEN        | S | lintang | night  | yogyakarta
tunjungan          | Surabaya Tunjungan    | 3578 | GENTENG             | F | sagara  | mall   | surabaya
mulyorejo          | Surabaya Mulyorejo    | 3578 | MULYOREJO           | S | lintang | mall   | surabaya
malang             | Malang                | 3573 | KLOJEN              | S | sagara  | mall   | malang
jember             | Jember                | 3509 | KALIWATES           | K | sagara  | street | east-java-east
banyuwangi         | Banyuwangi            | 3510 | BANYUWANGI          | S | sagara  | early  | east-java-east
bangkalan          | Bangkalan             | 3526 | BANGKALAN           | K | sagara  | street | madura
banda-aceh         | Banda Aceh            | 1171 | BAITURRAHMAN        | S | sagara  | street | aceh
medan              | Medan Petisah         | 1271 | MEDAN PETISAH       | F | sagara  | mall   |
padang             | Padang                | 1371 | PADANG BARAT        | S | sagara  | street | west-sumatra
pekanbaru          | Pekanbaru             | 1471 | PEKANBARU KOTA      | S | sagara  | mall   | riau
jambi              | Jambi                 | 1571 | PASAR JAMBI         | K | sagara  | street | jambi
palembang          | Palembang             | 1671 | ILIR TIMUR SATU     | S | sagara  | mall   | south-sumatra
bandar-lampung     | Bandar Lampung        | 1871 | TANJUNGKARANG PUSAT | S | sagara  | mall   | lampung
batam              | Batam Nagoya          | 2171 | LUBUK BAJA          | S | lintang | night  | batam
denpasar           | Denpasar              | 5171 | DENPASAR BARAT      | F | sagara  | mall   | bali
kuta               | Kuta                  | 5103 | KUTA                | S | lintang | night  | bali
ubud               | Ubud                  | 5104 | UBUD                | K | lintang | early  |
mataram            | Mataram               | 5271 | MATARAM             | S | sagara  | mall   | lombok
labuan-bajo        | Labuan Bajo           | 5315 | KOMODO              | K | lintang | church | flores
kupang             | Kupang                | 5371 | OEBOBO              | S | sagara  | church | timor
pontianak          | Pontianak             | 6171 | PONTIANAK KOTA      | S | sagara  | mall   | west-kalimantan
palangkaraya       | Palangka Raya         | 6271 | PAHANDUT            | K | sagara  | early  |
banjarmasin        | Banjarmasin           | 6371 | BANJARMASIN TENGAH  | S | sagara  | mall   | south-kalimantan
balikpapan         | Balikpapan            | 6471 | BALIKPAPAN KOTA     | S | lintang | mall   | east-kalimantan
samarinda          | Samarinda             | 6472 | SAMARINDA KOTA      | S | sagara  | mall   | east-kalimantan
panakkukang        | Makassar Panakkukang  | 7371 | PANAKKUKANG         | F | sagara  | mall   | south-sulawesi
losari             | Makassar Losari       | 7371 | UJUNG PANDANG       | K | lintang | night  | south-sulawesi
palu               | Palu                  | 7271 | PALU TIMUR          | K | sagara  | street | central-sulawesi
kendari            | Kendari               | 7471 | KADIA               | S | sagara  | mall   | southeast-sulawesi
manado             | Manado                | 7171 | WENANG              | S | sagara  | church | north-sulawesi
ambon              | Ambon                 | 8171 | SIRIMAU             | S | sagara  | church | ambon
ternate            | Ternate               | 8271 | KOTA TERNATE TENGAH | K | sagara  | street |
jayapura           | Jayapura              | 9171 | JAYAPURA SELATAN    | S | sagara  | church | north-papua
sorong             | Sorong                | 9671 | SORONG MANOI        | K | sagara  | church | west-papua
merauke            | Merauke               | 9301 | MERAUKE             | K | sagara  | church | south-papua
"""

WAREHOUSES = """
wh-cikarang        | Gudang Cikarang       | 3216 | CIKARANG SELATAN    | W | sagara  | mall   | indonesia
wh-surabaya        | Gudang Surabaya       | 3578 | RUNGKUT             | W | sagara  | mall   | java-bali-nusa-tenggara
wh-makassar        | Gudang Makassar       | 7371 | BIRINGKANAYA        | W | sagara  | mall   | east-indonesia
"""

# Service areas: the beginnings of the district codes they are drawn around. "*" is every zone.
AREAS: Mapping[str, tuple[str, ...]] = {
    "jakarta": ("3171", "3172", "3173", "3174", "3175"),
    "tangerang": ("3603", "3671", "3674"),
    "depok-bogor": ("3276", "3201", "3271"),
    "bekasi": ("3216", "3275"),
    "banten": ("3601", "3602", "3604", "3672", "3673"),
    "bandung": ("3204", "3217", "3273", "3277"),
    "east-west-java": ("3206", "3207", "3208", "3209", "3210", "3211", "3218", "3274", "3278", "3279"),
    "central-java": ("33",),
    "yogyakarta": ("34",),
    "surabaya": ("3515", "3525", "3578"),
    "malang": ("3507", "3573", "3579"),
    "east-java-east": ("3508", "3509", "3510", "3511", "3512"),
    "madura": ("3526", "3527", "3528", "3529"),
    "aceh": ("11",), "west-sumatra": ("13",), "riau": ("14",), "jambi": ("15",), "south-sumatra": ("16",),
    "lampung": ("18",), "batam": ("2171",), "bali": ("51",),
    "lombok": ("5201", "5202", "5203", "5208", "5271"),
    "flores": ("5306", "5307", "5308", "5309", "5310", "5315", "5316", "5319"),
    "timor": ("5301", "5302", "5303", "5304", "5321", "5371"),
    "west-kalimantan": ("61",), "south-kalimantan": ("63",), "east-kalimantan": ("64",),
    "south-sulawesi": ("73",), "central-sulawesi": ("72",), "southeast-sulawesi": ("74",),
    "north-sulawesi": ("71", "75"), "ambon": ("81",), "north-papua": ("91", "94", "95"),
    "west-papua": ("92", "96"), "south-papua": ("93",),
    "java-bali-nusa-tenggara": ("31", "32", "33", "34", "35", "36", "51", "52", "53"),
    "east-indonesia": ("71", "72", "73", "74", "75", "76", "81", "82", "91", "92", "93", "94", "95", "96"),
    "indonesia": ("",),
}  # fmt: skip

TIMEZONES = {
    **dict.fromkeys(
        ("51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"), "Asia/Makassar"
    ),
    **dict.fromkeys(("81", "82", "91", "92", "93", "94", "95", "96"), "Asia/Jayapura"),
}  # all others: Asia/Jakarta

REGIONS = {
    **dict.fromkeys(("31", "3201", "3216", "3271", "3275", "3276", "3603", "3671", "3674"), "jabodetabek"),
    **dict.fromkeys(("32", "36"), "west-java"), "33": "central-java", "34": "central-java", "35": "east-java",
    **dict.fromkeys(("11", "12", "13", "14", "21"), "north-sumatra"),
    **dict.fromkeys(("15", "16", "17", "18", "19"), "south-sumatra"),
    **dict.fromkeys(("51", "52", "53"), "bali-nusa-tenggara"),
    **dict.fromkeys(("61", "62", "63", "64", "65"), "borneo"),
    **dict.fromkeys(("71", "72", "73", "74", "75", "76"), "celebes"),
    **dict.fromkeys(("81", "82"), "moluccas"),
    **dict.fromkeys(("91", "92", "93", "94", "95", "96"), "papua-provinces"),
}  # fmt: skip

NYEPI = "2027-03-08 closed"  # the day of silence: all of Bali stays at home
LEBARAN = "2027-03-10 closed; 2027-03-11 13:00-21:00"
CHRISTMAS = "2026-12-25 closed"

# What is special about some locations; everything else follows from the tables above.
SPECIAL: Mapping[str, Mapping[str, str]] = {
    "kuta": {"status": "paused"},
    "pluit": {"status": "closed"},
    "ternate": {"lat": "", "lon": "", "maps_url": "", "prefixes": "82.71|977"},
    "bogor": {"prefixes": "32.71|161"},
    "ubud": {"prefixes": "51.04|80571", "methods": "pickup|delivery"},
    "medan": {"radius_km": "45"},
    "purwokerto": {"radius_km": "40"},
    "palangkaraya": {"radius_km": "120"},
    "kemang": {"methods": "pickup"},
    "losari": {"methods": "pickup"},
    "cipayung": {"methods": "pickup"},
    "senayan": {"prep_minutes": "60", "rank": "10", "capacity_pickup": "60"},
    "blok-m": {"prep_minutes": "45", "rank": "20"},
    "tebet": {"capacity_delivery": "4"},
    "wh-cikarang": {"hours": "Mon-Sun 00:00-24:00", "cutoff": "17:00"},
    "wh-surabaya": {"hours": "Mon-Sat 06:00-22:00"},
    "wh-makassar": {"hours": "Mon-Fri 07:00-21:00; Sat 07:00-15:00"},
}

BY_SIZE = {
    # prep_minutes, cutoff, capacity per hour for pickup and for delivery, rank
    "F": ("90", "16:00", "40", "25", "50"),
    "S": ("120", "15:00", "20", "10", "100"),
    "K": ("180", "14:00", "8", "4", "150"),
    "W": ("240", "15:00", "", "400", "10"),
}


@dataclass(frozen=True)
class Shop:
    """A row of ``locations.csv`` and what the stock is built from."""

    row: Mapping[str, str]
    size: str


def shops(country: Country) -> Iterator[Shop]:
    """All locations in table order."""
    for number, (kind, cells) in enumerate(_lines(), start=1):
        yield Shop(_row(country, kind, number, *cells), size=cells[4])


def sizes() -> dict[str, str]:
    """The size of each location by its id, in table order."""
    return {cells[0]: cells[4] for _, cells in _lines()}


def _lines() -> Iterator[tuple[str, list[str]]]:
    for kind, table in (("store", STORES), ("warehouse", WAREHOUSES)):
        for line in table.strip().splitlines():
            yield kind, [cell.strip() for cell in line.split("|")]


def _row(
    country: Country,
    kind: str,
    number: int,
    location_id: str,
    name: str,
    city: str,
    where: str,
    size: str,
    brand: str,
    hours: str,
    area: str,
) -> Mapping[str, str]:
    lat, lon, district = _place(country, city, where)
    prep_minutes, cutoff, capacity_pickup, capacity_delivery, rank = BY_SIZE[size]
    closing = (
        [NYEPI] * (city[:2] == "51") + [CHRISTMAS] * (hours == "church") + [LEBARAN] * (hours == "street")
    )
    point = f"{lat:.4f}", f"{lon:.4f}"
    row = {
        "location_id": location_id,
        "name": f"{brand.title()} {name}" if kind == "store" else name,
        "kind": kind,
        "country": "ID",
        "lat": point[0],
        "lon": point[1],
        "timezone": TIMEZONES.get(city[:2], "Asia/Jakarta"),
        "zone": district.zone,
        "groups": "|".join((district.zone, REGIONS.get(city, REGIONS.get(city[:2], "")), brand)),
        "hours": HOURS[hours],
        "exceptions": "; ".join(closing),
        "methods": "delivery" if kind == "warehouse" else "pickup|delivery",
        "service_area_id": area,
        "radius_km": "",
        "prefixes": "",
        "prep_minutes": prep_minutes,
        "cutoff": cutoff,
        "capacity_pickup": capacity_pickup,
        "capacity_delivery": capacity_delivery,
        "rank": rank,
        "status": "open",
        "address": f"{title(district.name)}, {country.city_name(district.code)}",
        "phone": f"+62-000-0000-{number:04d}",  # no Indonesian number begins with 0 after +62
        "maps_url": f"https://www.openstreetmap.org/?mlat={point[0]}&mlon={point[1]}#map=17/{point[0]}/{point[1]}",
    }
    return {**row, **SPECIAL.get(location_id, {})}


def _place(country: Country, city: str, where: str) -> tuple[float, float, District]:
    """The point of a district of the city, or of a postal code written as ``p12190``."""
    if where.startswith("p"):
        postal = next(p for p in country.postal_codes if p.code == where[1:])
        return postal.lat, postal.lon, postal.district
    district = next(d for d in country.districts if d.city == city and d.name == where)
    return district.lat, district.lon, district
