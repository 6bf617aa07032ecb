"""What is sold."""

from __future__ import annotations

from dataclasses import dataclass

from fulfillment.domain.basket import Money


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

    def name(self, locale: str) -> str:
        """The name in the reader's language: Indonesian for ``id``, English for anything else."""
        return self.name_id if locale.startswith("id") else self.name_en
