"""The sample chain into the deployed tables, with the command a retailer would use."""

from __future__ import annotations

import csv
import os
import subprocess
import sys

from tests.local.emulator import ROOT_CREDENTIALS
from tests.local.paths import ROOT
from tests.local.stack import Stack

CHAIN = ROOT / "events" / "sample_chain"
FILES = {
    "products": "products.csv",
    "locations": "locations.csv",
    "service-areas": "service_areas.geojson",
    "zones": "zones.geojson",
    "stock": "stock.csv",
    "postal-codes": "postal_codes.csv",
    "areas": "areas.csv",
}


def location_ids() -> list[str]:
    """Every store and warehouse of the sample chain."""
    with (CHAIN / FILES["locations"]).open(newline="", encoding="utf-8") as rows:
        return [row["location_id"] for row in csv.DictReader(rows)]


def load_chain(stack: Stack) -> None:
    """`fulfillment load`, its progress bar and its complaints shown as they come; CalledProcessError if it fails."""
    files = [word for option, name in FILES.items() for word in (f"--{option}", str(CHAIN / name))]
    command = [sys.executable, "-m", "fulfillment.cli.main", "load", *files]
    subprocess.run(command, env={**os.environ, **table_environment(stack)}, check=True)


def table_environment(stack: Stack) -> dict[str, str]:
    """The variables that a command line needs to work on this stack."""
    names = {"".join(f"_{c}" if c.isupper() else c for c in key)[1:].upper(): key for key in stack.tables}
    return {
        **{f"{name}_TABLE": stack.tables[key] for name, key in names.items()},
        "AWS_ENDPOINT_URL": stack.endpoint_url,
        "AWS_REGION": stack.region,
        "AWS_DEFAULT_REGION": stack.region,
        "AWS_ACCESS_KEY_ID": ROOT_CREDENTIALS["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": ROOT_CREDENTIALS["aws_secret_access_key"],
    }
