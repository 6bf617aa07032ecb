"""The words of a decision: verdicts, moments, distances and money as a store manager would say them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from fulfillment.application.decision_views import decimal
from fulfillment.domain.basket import Method
from fulfillment.domain.decision import Allocation, Objective
from fulfillment.domain.routing.candidate import FARTHEST_M, Detail, Reason, Verdict
from fulfillment.domain.routing.changes import Change
from fulfillment.domain.routing.costs import amount

Words = Callable[[Detail, Method, str], str]

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def why_not(verdict: Verdict, method: Method, timezone: str) -> str:
    """Why the location does not supply, as what follows its name. ``timezone`` is the location's."""
    return _WHY[verdict.reason](verdict.detail, method, timezone)


def _has(detail: Detail) -> str:
    units, missing = _number(detail, "units"), _number(detail, "missing")
    floor = f" after its floor of {detail['floor']}" if "floor" in detail else ""
    if missing:
        return f"has {units} of {units + missing}{floor}"
    return "has it, too" if units == 1 else f"has all {units}, too"


def _not_enough(detail: Detail) -> str:
    return (
        _has(detail) if _number(detail, "missing") else "has everything, but the policy allows no such plan"
    )


def _filtered(detail: Detail) -> str:
    if "kind" in detail:
        return f"is a {detail['kind']}, which the policy leaves out"
    if "group" in detail:
        return f"is in the group {detail['group']}, which the policy leaves out"
    return f"is in none of the groups that the policy asks: {detail.get('only', '')}"


def _opens(detail: Detail, timezone: str) -> str:
    opens = f"; it opens {when(_moment(detail, 'opens_at'), timezone)}" if "opens_at" in detail else ""
    return f"can promise nothing within two weeks{opens}"


def _late(detail: Detail, method: Method, timezone: str) -> str:
    does = "would be ready" if method == "pickup" else "would deliver"
    return f"{does} only by {when(_moment(detail, 'promise_at'), timezone)}"


def _number(detail: Detail, name: str) -> int:
    return int(detail.get(name, 0))


def _moment(detail: Detail, name: str) -> datetime:
    return datetime.fromisoformat(str(detail[name]))


def when(at: datetime, timezone: str) -> str:
    """A moment on the location's clock: ``Wed 25 Nov 2026 21:00 WIB``."""
    local = at.astimezone(ZoneInfo(timezone))
    # not %a and %b, which follow the machine's language
    day = DAYS[local.weekday()]
    month = MONTHS[local.month - 1]
    return f"{day} {local.day} {month} {local.year} {local:%H:%M} {local.tzname()}"


def km(distance_m: int) -> str:
    """Kilometres to the hundred metres; metres below one."""
    return f"{distance_m} m" if distance_m < 1000 else f"{f'{distance_m / 1000:,.1f}'.removesuffix('.0')} km"


def summed(distance_m: int, unknown: int) -> str:
    """A sum of distances, in which so many that nobody knows count as ``FARTHEST_M``: ``11.1 km and one unknown``."""
    known = km(max(0, distance_m - unknown * FARTHEST_M))
    if not unknown:
        return known
    if distance_m <= unknown * FARTHEST_M:
        return "an unknown distance" if unknown == 1 else f"{unknown} unknown distances"
    return f"{known} and {'one' if unknown == 1 else unknown} unknown"


def measured(objective: Objective, currency: str, unknown: int = 0) -> str:
    """How good a plan is by one objective: ``2 shipments``, ``12.4 km``, ``rank 3``. ``unknown``: of its distances."""
    value = objective.value
    match objective.name:
        case "distance":
            return summed(value, unknown)
        case "shipments":
            return f"{value} shipment{'s' * (value != 1)}"
        case "cost":
            return f"{decimal(amount(value))} {currency}"
        case "promise":
            return f"{value} minutes from now"
        case "missing":
            return f"{value} missing"
        case "other_zone":
            return f"{value or 'none'} from another zone"
    return f"{objective.name.replace('_', ' ')} {value}"


def first_worse(
    best: Sequence[Objective],
    other: Sequence[Objective],
    currency: str,
    unknown: tuple[int, int] = (0, 0),
) -> tuple[str, str] | None:
    """The first objective by which two plans differ, in the words of the other plan and of the best.

    ``unknown``: how many of the distances nobody knows, of the best and of the other.
    """
    for ours, theirs in zip(best, other, strict=True):
        if ours.value != theirs.value:
            told = measured(ours, currency, unknown[0])
            return measured(theirs, currency, unknown[1]), told.removesuffix(" from another zone")
    return None


ABLE: Mapping[str, str] = {
    "beaten": "able to supply, with less or farther away",
    "not_enough": "with a part of it",
    "not_chosen": "not asked for",
    "misses_promise": "too late",
}


def counted(reason: str) -> str:
    """A reason as what many locations have in common."""
    return ABLE.get(reason, reason.replace("_", " "))


def would_change(change: Change) -> str:
    """``1 more of TEE``, ``0.4 km nearer``, ``a floor of 0``."""
    detail = change.detail
    if change.kind == "units":
        return " and ".join(f"{n} more of {sku}" for sku, n in sorted(detail.items()))
    if change.kind == "floor":
        return f"a floor of {detail['floor']}"
    if "metres" in detail:
        return f"{km(detail['metres'])} nearer"
    return f"a known distance of at most {km(detail['distance_m'])}"


def goods(allocations: Sequence[Allocation]) -> str:
    """Units by SKU, whatever lines they are of: ``2 x TEE and 1 x CAP``."""
    units: Counter[str] = Counter()
    for allocation in allocations:
        units[allocation.sku] += allocation.quantity
    return listed([f"{n} x {sku}" for sku, n in units.items()])


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """Names by location id, with the id where several have one name."""
    count = Counter(names.values())
    return {key: f"{name} ({key})" if count[name] > 1 else name for key, name in names.items()}


def listed(words: Sequence[str]) -> str:
    """``A``, ``A and B``, ``A, B and C``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


_WHY: Mapping[Reason, Words] = {
    "chosen": lambda detail, _method, _timezone: _has(detail),
    "beaten": lambda detail, _method, _timezone: _has(detail),
    "not_enough": lambda detail, _method, _timezone: _not_enough(detail),
    "refused_before": lambda *_: "said no to this order before",
    "closed": lambda *_: "is closed",
    "paused": lambda *_: "is paused",
    "method_not_offered": lambda _detail, method, _timezone: (
        "hands out no pickups" if method == "pickup" else "sends no parcels"
    ),
    "not_chosen": lambda *_: "is not the store that the customer chose",
    "group_excluded": lambda detail, _method, _timezone: _filtered(detail),
    "kind_excluded": lambda detail, _method, _timezone: _filtered(detail),
    "no_coordinates": lambda *_: "is at an unknown distance, and the policy has a limit",
    "outside_service_area": lambda *_: "does not deliver to this address",
    "too_far": lambda detail, _method, _timezone: (
        f"is farther away than the policy's limit of {km(_number(detail, 'limit_m'))}"
    ),
    "no_carrier": lambda *_: "is served by no carrier that goes to this address",
    "not_open_soon": lambda detail, _method, timezone: _opens(detail, timezone),
    "capacity_full": lambda detail, _method, _timezone: (
        f"has taken all the orders that it can ({limit})"
        if (limit := _number(detail, "limit"))
        else "takes no orders of this kind"
    ),
    "misses_promise": _late,
    "no_stock": lambda *_: "has none of it",
    "below_floor": lambda detail, _method, _timezone: (
        f"has {_number(detail, 'available')}, and keeps a floor of {_number(detail, 'floor')}"
    ),
    "outside_ring": lambda *_: "was not asked: a plan was found nearer by",
}
