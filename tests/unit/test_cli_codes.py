"""``fulfillment load`` and what tills call a product: no two products may answer to one name."""

from __future__ import annotations

from pathlib import Path

import pytest

from fulfillment import settings
from fulfillment.adapters import aws
from fulfillment.adapters.dynamodb.catalog import DynamoDBCatalogRepository
from fulfillment.cli.main import main
from tests.support.chain_files import only, write
from tests.support.world import World

HEADER = "sku,name_id,name_en,barcodes\n"


def skus_of(*codes: str) -> dict[str, str]:
    """What the feed takes these codes for, without remembering any."""
    return dict(DynamoDBCatalogRepository(aws.dynamodb(), settings.read().tables).skus_of(codes))


def load(folder: Path, *rows: str) -> int:
    """Load products of these rows."""
    text = HEADER + "".join(f"{row}\n" for row in rows)
    return main(only(write(folder, products=text), "products"))


def test_a_loaded_product_is_known_by_its_sku_in_any_letters_and_by_its_barcodes(
    world: World, tmp_path: Path
) -> None:
    main(write(tmp_path))

    assert skus_of("TEE-RED-M", "tee-red-m", " 2010070000372", "tee-red-l", "tee") == {
        "TEE-RED-M": "TEE-RED-M",
        "tee-red-m": "TEE-RED-M",
        " 2010070000372": "TEE-RED-M",
        "tee-red-l": "TEE-RED-L",
    }


CLAIMED_TWICE = {
    "two SKUs in other letters": (
        ("TEE,Kaus,Tee,", "tee,Kaus,Tee,"),
        "products.csv, row 3, column sku: a till's 'tee' could also be 'TEE', in row 2",
    ),
    "a barcode that is another's SKU": (
        ("20100704,Kaus,Tee,", "TEE,Kaus,Tee,20100704"),
        "products.csv, row 3, column barcodes: a till's '20100704' could also be '20100704', in row 2",
    ),
    "a SKU that is another's barcode": (
        ("TEE,Kaus,Tee,20100704", "20100704,Kaus,Tee,"),
        "products.csv, row 3, column sku: a till's '20100704' could also be 'TEE', in row 2",
    ),
    "one barcode of two": (
        ("TEE,Kaus,Tee,20100704", "CAP,Topi,Cap,20100704"),
        "products.csv, row 3, column barcodes: 20100704 is also in row 2",
    ),
}


@pytest.mark.parametrize("name", CLAIMED_TWICE)
def test_two_products_of_one_file_that_answer_to_one_name_are_told_and_nothing_is_loaded(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    rows, told = CLAIMED_TWICE[name]

    assert load(tmp_path, *rows) == 2

    assert told in capsys.readouterr().err.splitlines()
    assert world.rows("Products") == []


@pytest.mark.parametrize(
    ("there", "row", "told"),
    [
        ("TEE,Kaus,Tee,", "tee,Kaus,Tee,", "column sku: a till's 'tee' could also be 'TEE'"),
        ("tee,Kaus,Tee,", "TEE,Kaus,Tee,", "column sku: a till's 'tee' could also be 'tee'"),
        (
            "TEE,Kaus,Tee,20100704",
            "CAP,Topi,Cap,20100704",
            "column barcodes: a till's '20100704' could also be 'TEE'",
        ),
        ("20100704,Kaus,Tee,", "CAP,Topi,Cap,20100704", "column barcodes: a till's '20100704' could also be"),
    ],
)
def test_a_name_of_a_product_that_is_loaded_already_is_not_given_to_another(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], there: str, row: str, told: str
) -> None:
    # Given
    assert load(tmp_path, there) == 0
    before = world.everything()

    # When
    assert load(tmp_path, row) == 2

    # Then
    assert told in capsys.readouterr().err
    assert world.everything() == before


def test_a_barcode_moves_to_another_product_when_both_are_in_the_file(world: World, tmp_path: Path) -> None:
    load(tmp_path, "TEE,Kaus,Tee,20100704", "CAP,Topi,Cap,")

    assert load(tmp_path, "TEE,Kaus,Tee,", "CAP,Topi,Cap,20100704") == 0

    assert skus_of("20100704", "tee", "cap") == {"20100704": "CAP", "tee": "TEE", "cap": "CAP"}


def test_a_barcode_that_a_product_has_no_more_means_nothing_and_may_be_given_to_another(
    world: World, tmp_path: Path
) -> None:
    # Given a tee whose barcode was a mistake
    load(tmp_path, "TEE,Kaus,Tee,20100704")
    assert load(tmp_path, "TEE,Kaus,Tee,") == 0
    assert skus_of("20100704") == {}

    # When a cap gets it
    assert load(tmp_path, "CAP,Topi,Cap,20100704") == 0

    # Then
    assert skus_of("20100704") == {"20100704": "CAP"}


def test_products_may_be_loaded_again_as_they_are(world: World, tmp_path: Path) -> None:
    arguments = only(write(tmp_path), "products")
    assert main(arguments) == 0
    before = world.everything()["Products"]

    assert main(arguments) == 0

    assert world.everything()["Products"] == before
