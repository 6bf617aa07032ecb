"""The table of all cases: which hold, which are not ours and why; a line that counts them ends it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conformance.answering import CASES, LEFT_OUT, OURS
from tests.conformance.families import NOT_OURS, REMARKS

HELD: set[str] = set()  # ids of the cases and variants that were asked and answered as expected


def lines() -> Iterator[str]:
    """A line for each peer's case, one for each variant that does not hold, and the count."""
    for case in CASES:
        verdict = "holds" if case.id in HELD else "DOES NOT HOLD"
        if case.family in NOT_OURS:
            verdict = f"does not apply: {NOT_OURS[case.family]}"
        remark = f" ({REMARKS[case.id]})" if case.id in REMARKS else ""
        yield f"{case.id:26} {case.family:30} {verdict}{remark}"
    yield from (f"{case.id}  DOES NOT HOLD" for case in OURS if case.id not in HELD)
    yield count()


def count() -> str:
    """How many hold, of the peers' cases and of their variants."""
    cases, ours = (sum(case.id in HELD for case in all_of) for all_of in (CASES, OURS))
    red = len(CASES) - cases - len(LEFT_OUT)
    return (
        f"{cases} of {len(CASES)} cases hold, {len(LEFT_OUT)} do not apply, {red} do not hold; "
        f"{ours} of {len(OURS)} variants hold"
    )
