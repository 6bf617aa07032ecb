"""Land: which island every known point stands on, and coarse outlines of islands and of delivery regions.

A zone is land that a parcel does not leave without a ship: Madura belongs to Java (there is a bridge), Bali does not
(2.4 km of sea). Which zone a district belongs to is written down below; the outlines are drawn around the points.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPoint, MultiPolygon, Point, Polygon, STRtree
from shapely.geometry.base import BaseGeometry as Geometry

EARTH_KM = 6_371.0
DEGREE_KM = 111.2  # near the equator a degree of longitude is nearly one of latitude
LARGE_ISLAND_POINTS = 500  # Sumatra, Java, Kalimantan, Sulawesi, Papua: known points lie far apart inland
GAP_DEGREES = 0.004  # between neighbours, so that rounding to 0.001 cannot make them overlap

# The longest beginning of a district's code that stands here says its zone.
ZONE_BY_CODE: Mapping[str, str] = {
    **dict.fromkeys(("11", "12", "13", "14", "15", "16", "17", "18"), "sumatra"),
    **dict.fromkeys(("1204", "1214", "1224", "1225", "1278"), "nias"),
    "1109": "simeulue", "1172": "weh", "1309": "mentawai", "170301": "enggano",
    **dict.fromkeys(("1901", "1903", "1904", "1905", "1971"), "bangka"),
    **dict.fromkeys(("1902", "1906"), "belitung"),
    "2171": "batam", "2101": "bintan", "2172": "bintan", "210109": "tambelan",
    "2102": "karimun", "2103": "natuna", "2104": "lingga", "2105": "anambas",
    **dict.fromkeys(("31", "32", "33", "34", "35", "36"), "java"),
    "3101": "kepulauan-seribu", "332010": "karimunjawa", "352517": "bawean", "352518": "bawean",
    "352923": "masalembu",
    **dict.fromkeys(("352920", "352921", "352922"), "sapudi"),
    **dict.fromkeys(("352924", "352925", "352927"), "kangean"),
    "51": "bali", "510501": "nusa-penida",
    **dict.fromkeys(("5201", "5202", "5203", "5208", "5271"), "lombok"),
    **dict.fromkeys(("5204", "5205", "5206", "5207", "5272"), "sumbawa"),
    **dict.fromkeys(("5301", "5302", "5303", "5304", "5321", "5371"), "timor"),
    **dict.fromkeys(("5306", "5307", "5308", "5309", "5310", "5315", "5316", "5319"), "flores"),
    **dict.fromkeys(("5311", "5312", "5317", "5318"), "sumba"),
    "5305": "alor", "5313": "lembata", "5314": "rote", "5320": "sabu",
    **dict.fromkeys(("61", "62", "63", "64", "65"), "kalimantan"),
    "6571": "tarakan", "640311": "maratua", "630201": "pulau-sembilan",
    **dict.fromkeys(("650301", "650308", "650310", "650311", "650312"), "sebatik"),
    **dict.fromkeys(("650302", "650309"), "nunukan"),
    **dict.fromkeys(("630202", "630203", "630204", "630205", "630206"), "pulau-laut"),
    **dict.fromkeys(("630216", "630220", "630221", "630222"), "pulau-laut"),
    **dict.fromkeys(("71", "72", "73", "74", "75", "76"), "sulawesi"),
    "7103": "sangihe", "7104": "talaud", "7109": "sitaro", "7301": "selayar", "7207": "banggai",
    "7211": "banggai", "731001": "liukang-tangaya", "731002": "liukang-kalmas", "760216": "bala-balakang",
    **dict.fromkeys(("7403", "7404", "7410", "7413", "7414", "7415", "7472"), "buton-muna"),
    **dict.fromkeys(("740605", "740606", "740613", "740614", "740615", "740616"), "kabaena"),
    "7407": "wakatobi", "7412": "wawonii",
    **dict.fromkeys(("8101", "8105", "8106"), "seram"),
    **dict.fromkeys(("8171", "810114", "810115", "810122"), "ambon"),
    **dict.fromkeys(("810112", "810113", "810116", "810126"), "lease"),
    "810109": "banda", "810102": "teon-nila-serua",
    **dict.fromkeys(("810504", "810505", "810509", "810510", "810511"), "gorom"),
    "8104": "buru", "8109": "buru", "8107": "aru", "8103": "tanimbar", "8108": "southwest-maluku",
    "8102": "kei", "8172": "kei",
    **dict.fromkeys(("8201", "8202", "8203", "8206"), "halmahera"),
    **dict.fromkeys(("827202", "827203", "827206", "827207"), "halmahera"),
    "8271": "ternate", "8272": "tidore", "8204": "bacan", "8205": "sula", "8208": "taliabu",
    "8207": "morotai", "820203": "gebe",
    **dict.fromkeys(("91", "92", "93", "94", "95", "96"), "papua"),
    "9105": "yapen", "9106": "biak", "9119": "biak", "9603": "raja-ampat",
}  # fmt: skip


@dataclass(frozen=True)
class District:
    """A kecamatan. ``lat`` and ``lon`` are its city's where the source has none (``precise`` is False)."""

    code: str
    name: str
    city: str
    lat: float
    lon: float
    zone: str
    precise: bool


@dataclass(frozen=True)
class PostalCode:
    """A postal code with the mean point of its villages; its zone and district are the nearest district's."""

    code: str
    lat: float
    lon: float
    district: District


@dataclass(frozen=True)
class Country:
    """Everything that the source folder knows, read once."""

    provinces: Mapping[str, tuple[str, float, float]]
    cities: Mapping[str, tuple[str, float, float]]
    districts: tuple[District, ...]
    postal_codes: tuple[PostalCode, ...]

    def city_name(self, code: str) -> str:
        """The city's or regency's name as people write it."""
        return title(self.cities[code[:4]][0])


def title(name: str) -> str:
    """``KOTA BOGOR`` as people write it: ``Kota Bogor``."""
    return " ".join(word.capitalize() for word in name.split())


def zone_of(code: str) -> str:
    """The zone of a district by the longest beginning of its code that is listed."""
    return next(ZONE_BY_CODE[code[:length]] for length in (6, 4, 2) if code[:length] in ZONE_BY_CODE)


def km_between(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle kilometres between two (lat, lon) pairs."""
    lat_a, lat_b = radians(a[0]), radians(b[0])
    half = sin((lat_b - lat_a) / 2) ** 2
    half += cos(lat_a) * cos(lat_b) * sin(radians(b[1] - a[1]) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))


def read_country(source: Path) -> Country:
    """Read the four files of the source folder, points to 0.0001 degrees (11 m), which is what is written too."""

    def rows(name: str) -> list[list[str]]:
        with (source / name).open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    def degrees(text: str) -> float:
        return round(float(text), 4)

    provinces = {r[0]: (r[1], degrees(r[2]), degrees(r[3])) for r in rows("id_provinces.csv")}
    cities = {r[0]: (r[2].strip(), degrees(r[3]), degrees(r[4])) for r in rows("id_cities.csv")}
    districts = []
    for code, city, name, lat, lon in rows("id_districts.csv"):
        at = (degrees(lat), degrees(lon)) if lat else cities[city][1:]
        districts.append(District(code, name.strip(), city, at[0], at[1], zone_of(code), bool(lat)))
    nearest = STRtree([Point(d.lon, d.lat) for d in districts])
    postal_codes = []
    for code, lat, lon, _villages in rows("postal_codes.csv")[1:]:
        index = int(nearest.nearest(Point(degrees(lon), degrees(lat))))
        postal_codes.append(PostalCode(code, degrees(lat), degrees(lon), districts[index]))
    return Country(provinces, cities, tuple(districts), tuple(postal_codes))


@dataclass(frozen=True)
class Cells:
    """For each known point its ``territory`` (what is nearer to it than to any other point) and the part of that
    which is not too far from it (``shapes``).
    """

    districts: tuple[District, ...]
    territories: tuple[Geometry, ...]
    shapes: tuple[Geometry, ...]

    def around(self, *code_beginnings: str) -> Geometry:
        """The land of the districts whose codes begin so."""
        pairs = zip(self.districts, self.shapes, strict=True)
        return shapely.union_all(
            [shape for district, shape in pairs if district.code.startswith(code_beginnings)]
        )


def draw_cells(country: Country) -> Cells:
    """Cells of all district and postal points, each cut off where its neighbours on the same land end."""
    district_at: dict[tuple[float, float], District] = {}
    for lat, lon, district in [(d.lat, d.lon, d) for d in country.districts] + [
        (p.lat, p.lon, p.district) for p in country.postal_codes
    ]:
        district_at.setdefault((lon, lat), district)
    districts = tuple(district_at.values())
    points = np.array(list(district_at))
    territories = tuple(shapely.voronoi_polygons(MultiPoint(points), ordered=True).geoms)
    circles = shapely.buffer(shapely.points(points), _reaches(points, districts), quad_segs=4)
    return Cells(districts, territories, tuple(shapely.intersection(np.array(territories), circles)))


def _reaches(points: NDArray[np.float64], districts: tuple[District, ...]) -> NDArray[np.float64]:
    """How far (degrees) the land goes around each point: as far as its neighbours on the same land lie apart.

    At least 6 km, at most 40 km on the large islands and 12 km on the others.
    """
    zones = np.array([district.zone for district in districts])
    reaches = np.zeros(len(points))
    for zone in sorted(set(zones)):
        members = np.flatnonzero(zones == zone)
        members = members[np.argsort(points[members, 0], kind="stable")]
        own = points[members]
        most = 40.0 if len(members) > LARGE_ISLAND_POINTS else 12.0
        starts, ends = np.searchsorted(
            own[:, 0], (own[:, 0] - 0.4, own[:, 0] + 0.4)
        )  # 44 km: farther is as good as 40
        for index, point, start, end in zip(members, own, starts, ends, strict=True):
            apart = np.hypot(*(own[start:end] - point).T)
            fourth = np.partition(apart, 4)[4] * DEGREE_KM if len(apart) > 4 else most  # the first is itself
            reaches[index] = min(max(1.1 * fourth, 6.0), most) / DEGREE_KM
    return reaches


def draw_zones(cells: Cells) -> dict[str, Geometry]:
    """One outline per zone; they are valid and do not overlap."""
    members: dict[str, list[int]] = {}
    for index, district in enumerate(cells.districts):
        members.setdefault(district.zone, []).append(index)
    drawn: dict[str, Geometry] = {}
    for zone, indexes in sorted(members.items()):
        own = shapely.coverage_union_all([cells.territories[i] for i in indexes])
        land = _closed(shapely.union_all([cells.shapes[i] for i in indexes]))
        drawn[zone] = tidy(land.intersection(own.buffer(-GAP_DEGREES / 2)), tolerance=0.02)
    for zone in sorted(
        drawn, key=lambda z: (-drawn[z].area, z)
    ):  # where simplifying crossed, the large one yields
        others = [s for z, s in drawn.items() if z != zone and s.distance(drawn[zone]) < GAP_DEGREES]
        if others:
            room = shapely.union_all(others).buffer(GAP_DEGREES, quad_segs=2)
            drawn[zone] = tidy(drawn[zone].difference(room), tolerance=0)
    return drawn


def _closed(shape: Geometry) -> Geometry:
    """Fill inland holes and narrow gaps between cells (up to about 40 km), as land has them between villages."""
    closed = shape.buffer(0.18, quad_segs=4).buffer(-0.18, quad_segs=4).union(shape)
    return shapely.union_all([Polygon(part.exterior) for part in parts(closed)])


def tidy(shape: Geometry, *, tolerance: float) -> Geometry:
    """Simplify, round to 0.001 degrees (110 m) and keep only real polygons, valid."""
    simple = shape.simplify(tolerance) if tolerance else shape
    rounded = shapely.make_valid(shapely.transform(simple, lambda xy: xy.round(3)))
    kept = [part for part in parts(rounded) if part.area > 0.0005]
    kept.sort(key=lambda part: part.bounds)
    return MultiPolygon([shapely.normalize(part) for part in kept])


def parts(shape: Geometry) -> list[Polygon]:
    """The polygons of a geometry of any type."""
    if isinstance(shape, Polygon):
        return [] if shape.is_empty else [shape]
    return [part for piece in getattr(shape, "geoms", ()) for part in parts(piece)]


def feature_collection(features: Iterable[tuple[Mapping[str, str], Geometry]]) -> dict[str, Any]:
    """GeoJSON of (properties, outline) pairs; a single part is written as a Polygon."""
    listed = []
    for properties, shape in features:
        pieces = parts(shape)
        geometry = pieces[0] if len(pieces) == 1 else MultiPolygon(pieces)
        mapped = shapely.geometry.mapping(geometry)
        listed.append({"type": "Feature", "properties": dict(properties), "geometry": mapped})
    return {"type": "FeatureCollection", "features": listed}
