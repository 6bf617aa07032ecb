"""A small, sound set of chain files in a folder, any of which a test may replace."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from fulfillment.cli.main import main

LAND = [[[106.0, -7.0], [107.0, -7.0], [107.0, -6.0], [106.0, -6.0], [106.0, -7.0]]]
ISLAND = [[[115.0, -9.0], [116.0, -9.0], [116.0, -8.0], [115.0, -8.0], [115.0, -9.0]]]

PRODUCTS = """sku,name_id,name_en,barcodes,weight_grams,price,currency
TEE-RED-M,Kaus,Tee,2010070000372,180,129000,IDR
TEE-RED-L,Kaus,Tee,,180,129000,IDR
"""
LOCATIONS = """location_id,name,kind,country,lat,lon,timezone,zone,hours,methods,service_area_id,capacity_pickup
senayan,Senayan,store,ID,-6.2268,106.8104,Asia/Jakarta,java,Mon-Sun 10:00-22:00,pickup|delivery,jakarta,40
kuta,Kuta,store,ID,-8.7,115.2,Asia/Makassar,bali,24/7,,,
"""
STOCK = """sku,location_id,on_hand,blocked
TEE-RED-M,senayan,10,0
TEE-RED-M,kuta,3,1
"""
POSTAL_CODES = """country,code,lat,lon,zone,precision_km
ID,12110,-6.2300,106.8000,java,1.0
ID,12190,-6.2268,106.8104,java,1.0
ID,80361,-8.7000,115.2000,bali,2.0
"""
AREAS = """country,code,lat,lon,zone,precision_km,name
ID,31.74.07,-6.2447,106.8014,java,2.3,Kebayoran Baru
ID,31.74,-6.2726,106.8100,,,Jakarta Selatan
"""


def collection(*features: tuple[dict[str, str], Any]) -> str:
    """GeoJSON text of (properties, coordinates of a polygon) pairs."""
    listed = [
        {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": outline}}
        for properties, outline in features
    ]
    return json.dumps({"type": "FeatureCollection", "features": listed})


ZONES = collection(
    ({"zone_id": "java", "country": "ID", "name": "Jawa"}, LAND),
    ({"zone_id": "bali", "country": "ID", "name": "Bali"}, ISLAND),
)
SERVICE_AREAS = collection(({"service_area_id": "jakarta"}, LAND))

SOUND = {
    "products.csv": PRODUCTS,
    "locations.csv": LOCATIONS,
    "service_areas.geojson": SERVICE_AREAS,
    "zones.geojson": ZONES,
    "stock.csv": STOCK,
    "postal_codes.csv": POSTAL_CODES,
    "areas.csv": AREAS,
}


def write(folder: Path, **replaced: str | bytes) -> list[str]:
    """Write the files and give the arguments that load them. ``stock="..."`` replaces ``stock.csv``."""
    arguments = ["load"]
    for name, sound in SOUND.items():
        stem = name.partition(".")[0]
        text = replaced.get(stem, sound)
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        arguments += [f"--{stem.replace('_', '-')}", str(folder / name)]
    return arguments


def only(arguments: Sequence[str], *stems: str) -> list[str]:
    """The arguments with these files alone."""
    pairs = zip(arguments[1::2], arguments[2::2], strict=True)
    return ["load", *(word for pair in pairs if pair[0].removeprefix("--") in stems for word in pair)]


def check(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines of the report; it must have been refused."""
    assert main([*arguments, "--check"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1].endswith("nothing was loaded.")
    return lines[:-1]
