"""What is sold."""

from __future__ import annotations

from dataclasses import dataclass

from fulfillment.domain.basket import Money


def folded(code: str) -> str:
    """A SKU or barcode as it is compared when it was typed or scanned: without blanks around it, in any letters."""
    return code.strip().casefold()


@dataclass(frozen=True)
class Product:
    """One sellable thing. ``weight_grams`` is one unit with its wrapping."""

    sku: str
    name_id: str
    name_en: str
    variant: str = ""
    barcodes: tuple[str, ...] = ()
    weight_grams: int = 0
    price: Money | None = None
    tags: tuple[str, ...] = ()
    image_url: str | None = None

    def codes(self) -> tuple[str, ...]:
        """What a till may call it, folded: its SKU in any letters, and its barcodes. None of them is another's."""
        return tuple(dict.fromkeys(folded(code) for code in (self.sku, *self.barcodes)))

    def name(self, locale: str) -> str:
        """The name in the reader's language: Indonesian for ``id``, English for anything else."""
        return self.name_id if locale.startswith("id") else self.name_en
