"""What a plan costs the retailer: named parts, in whole millionths of the policy's currency.

Each rate is multiplied by the weight of its part and rounded (half to even) to a millionth once; sums are exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal, get_args

from fulfillment.domain.policy import CostRates, TransportRate
from fulfillment.domain.routing.candidate import Candidate, StockPicture

Part = Literal["transport", "handling", "scarcity", "refusal_risk", "backlog"]
PARTS: tuple[Part, ...] = get_args(Part)

MILLION = 1_000_000


@dataclass(frozen=True)
class Cost:
    """Money in the policy's currency. ``parts`` add up to ``total``."""

    total: Decimal
    parts: Mapping[str, Decimal]


@dataclass(frozen=True)
class Band:
    """What a parcel of at most ``up_to_grams`` (None: any weight) costs, in millionths."""

    up_to_grams: int | None
    millionths: int


class Tariff:
    """The policy's rates, ready to be asked about locations."""

    def __init__(self, rates: CostRates, stock: StockPicture) -> None:
        self._rates = rates
        self._stock = stock
        self._weights = {part: rates.weights.get(part, Decimal(1)) for part in PARTS}
        self.per_shipment = self._millionths(rates.per_shipment, "handling")
        self.per_unit = self._millionths(rates.per_unit, "handling")

    def refusal_risk(self, candidate: Candidate) -> int:
        """What it costs on average that the location may say no."""
        return self._millionths(candidate.refusal_rate * self._rates.reroute, "refusal_risk")

    def backlog(self, candidate: Candidate) -> int:
        """What the work that waits there already adds."""
        return self._millionths(candidate.queued * self._rates.backlog_per_order, "backlog")

    def scarcity(self, sku: str, location_id: str) -> int:
        """What a unit is worth to a customer who walks in there."""
        row = self._stock.get((sku, location_id))
        return 0 if row is None or row.unit_value is None else self._millionths(row.unit_value, "scarcity")

    def transport(self, candidate: Candidate) -> tuple[Band, ...]:
        """What a parcel from the location costs by its weight, light to heavy; empty when nothing is known."""
        rate = next((r for r in self._rates.transport if _fits(r, candidate)), None)
        if rate is None:
            return ()
        way = -(-candidate.metres // 1000) * rate.per_km
        return tuple(Band(b.up_to_grams, self._millionths(b.amount + way, "transport")) for b in rate.bands)

    def _millionths(self, amount: Decimal, part: Part) -> int:
        return int((amount * self._weights[part] * MILLION).to_integral_value(ROUND_HALF_EVEN))


def parcel_price(bands: tuple[Band, ...], grams: int) -> int:
    """What a parcel of this weight costs: the first band that it fits, in millionths."""
    for band in bands:
        if band.up_to_grams is None or grams <= band.up_to_grams:
            return band.millionths
    return bands[-1].millionths if bands else 0


def shipment_cost(
    tariff: Tariff, candidate: Candidate, units: Mapping[str, int], grams: Mapping[str, int]
) -> Cost:
    """What one location's parcel costs, part by part. ``units`` by SKU, ``grams`` of one unit by SKU."""
    weight = sum(n * grams.get(sku, 0) for sku, n in units.items())
    parts: dict[Part, int] = {
        "transport": parcel_price(tariff.transport(candidate), weight),
        "handling": tariff.per_shipment + tariff.per_unit * sum(units.values()),
        "scarcity": sum(n * tariff.scarcity(sku, candidate.location_id) for sku, n in units.items()),
        "refusal_risk": tariff.refusal_risk(candidate),
        "backlog": tariff.backlog(candidate),
    }
    return Cost(amount(sum(parts.values())), {part: amount(n) for part, n in parts.items()})


def amount(millionths: int) -> Decimal:
    """Millionths as an amount, without needless zeros."""
    value = (Decimal(millionths) / MILLION).normalize()
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value


def _fits(rate: TransportRate, candidate: Candidate) -> bool:
    zone = "other" if candidate.foreign else "same"
    near = rate.up_to_km is None or candidate.metres <= rate.up_to_km * 1000
    return near and rate.zone in ("any", zone)
