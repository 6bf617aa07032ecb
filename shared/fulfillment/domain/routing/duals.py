"""A bound on what plans of one size cost: prices for what is wanted, bargained until they bind.

Lagrangian relaxation of the facility location problem (Cornuejols, Fisher, Nemhauser 1977): for any price of each
want, a plan costs at least the prices of all wants and, for each member, what it costs to open it less what it gains
by supplying below the prices. The prices are moved by subgradients; any prices give a true bound, better ones a
tighter one. All in whole numbers, so that the bound is exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ROUNDS = 40  # after these the bound hardly moves; each is a pass over all suppliers and their wants
PATIENCE = 4  # rounds without gain after which steps are halved


@dataclass(frozen=True)
class Offer:
    """What opening a supplier costs, and by want how many units it may give and what each costs."""

    opening: int
    units: Mapping[str, int]
    price: Mapping[str, int]


@dataclass(frozen=True)
class Reduced:
    """No set costs less than ``base`` and the ``members``' own numbers together; in the order of the offers."""

    base: int
    members: Sequence[int]


def reduced_costs(needs: Mapping[str, int], offers: Sequence[Offer], size: int) -> Reduced:
    """The best bound found for sets of ``size``."""
    prices = {want: _first_price(want, offers) for want in needs}
    best, best_bound = _at(prices, needs, offers), None
    step, stale = 1.0, 0
    for _ in range(ROUNDS):
        reduced = _at(prices, needs, offers)
        chosen = sorted(range(len(offers)), key=reduced.members.__getitem__)[:size]
        bound = reduced.base + sum(reduced.members[i] for i in chosen)
        if best_bound is None or bound > best_bound:
            best, best_bound, stale = reduced, bound, 0
        else:
            stale += 1
            if stale % PATIENCE == 0:
                step /= 2
        missing = {want: n - _given(want, prices[want], chosen, offers) for want, n in needs.items()}
        length = sum(n * n for n in missing.values())
        if not length:
            break
        goal = best_bound + abs(best_bound) // 10 + 1
        stride = step * max(1, goal - bound) / length
        prices = {want: prices[want] + round(stride * missing[want]) for want in prices}
    return best


def _first_price(want: str, offers: Sequence[Offer]) -> int:
    """What a unit costs at the cheapest, with its share of opening."""
    shares = (
        offer.price.get(want, 0) + offer.opening // max(1, sum(offer.units.values()))
        for offer in offers
        if want in offer.units
    )
    return min(shares, default=0)


def _at(prices: Mapping[str, int], needs: Mapping[str, int], offers: Sequence[Offer]) -> Reduced:
    members = []
    for offer in offers:
        worth = offer.opening
        own = offer.price
        for want, units in offer.units.items():
            gain = prices[want] - own.get(want, 0)
            if gain > 0:
                worth -= gain * units
        members.append(worth)
    return Reduced(sum(n * prices[want] for want, n in needs.items()), members)


def _given(want: str, price: int, chosen: Sequence[int], offers: Sequence[Offer]) -> int:
    return sum(
        offers[i].units.get(want, 0)
        for i in chosen
        if want in offers[i].units and price > offers[i].price.get(want, 0)
    )
