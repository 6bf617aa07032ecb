"""What an audit tells: its differences as plain values, and its outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from fulfillment.application.reconcile import Outcome, Repaired
from fulfillment.domain.reconciliation import Difference, shelf

MOST_LOGGED = (
    200  # lines of one run; a thousand differences have one reason, and their number is in the metric
)


class Logger(Protocol):
    """Where lines go."""

    def warning(self, msg: str, *, extra: Mapping[str, object]) -> None: ...


@dataclass
class Log:
    """Logs the first differences of a run."""

    logger: Logger
    lines: int = 0

    def __call__(self, found: Difference, repaired: Repaired) -> None:
        """One line, ids and numbers only."""
        self.lines += 1
        if self.lines <= MOST_LOGGED:
            self.logger.warning("difference", extra={"difference": difference(found, repaired)})


def difference(found: Difference, repaired: Repaired) -> dict[str, Any]:
    """A difference as JSON: which row, why, its numbers, what work holds, and a few of the tasks concerned."""
    names = {"shelf": ("sku", "location_id"), "window": ("location_method", "window"), "order": ("order_id",)}
    numbers: dict[str, int] = {}
    if found.kind == "shelf" and (parts := shelf(found.row)):
        numbers = asdict(parts)
    elif found.kind == "window" and found.row and found.row.numbers:
        numbers = {"used": found.row.numbers[0]}
    return {
        "kind": found.kind,
        **dict(zip(names[found.kind], found.key, strict=False)),
        "causes": list(found.causes),
        **({"row": numbers} if numbers else {}),
        **({} if found.kind == "order" else {"held": found.units}),
        "tasks": list(found.holders),
        "repaired": repaired,
    }


def told(outcome: Outcome) -> dict[str, Any]:
    """The outcome as JSON."""
    return {
        **asdict(outcome),
        "causes": dict(outcome.causes),
        "moving": [list(key) for key in outcome.moving],
    }
