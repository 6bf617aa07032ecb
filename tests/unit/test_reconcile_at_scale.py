"""Many allocations in little memory: every planted fault is found, in a process whose memory is measured."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.large_books import PLANTS, RESTLESS
from tests.support.template import ROOT

MOST_MB = 512  # what the function has
IN_EACH_WAY = {
    "leaked": 20,
    "unbacked": 20,
    "wrong_available": 20,
    "impossible_parts": 20,
    "row_missing": 20,
}


@pytest.mark.parametrize(
    "allocations",
    [
        pytest.param(50_000, marks=pytest.mark.proof),
        pytest.param(1_000_000, marks=pytest.mark.soak),
    ],
)
def test_a_hundred_faults_among_many_allocations_are_found_in_little_memory(
    allocations: int, record_property: Callable[[str, Any], None]
) -> None:
    # When they are audited, with fifty shelves that never stand still
    ended = subprocess.run(
        [sys.executable, "-m", "tests.support.large_books", str(allocations)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=1_200,
    )
    found = json.loads(ended.stdout)
    record_property(
        "figure",
        f"reconcile: {found['tasks']:,} allocations on {found['shelves']:,} shelves, {found['differences']} of 100 "
        f"planted differences, {found['unsettled']} restless rows left alone, in {found['rounds']} rounds and "
        f"{found['seconds']} s; peak memory {found['peak_mb']} MB, on disk {found['file_mb']} MB",
    )

    # Then exactly the planted faults are told, and the memory is bounded
    assert set(IN_EACH_WAY) == set(PLANTS)
    assert (found["tasks"], found["causes"]) == (allocations, IN_EACH_WAY)
    assert (found["unsettled"], found["rounds"]) == (RESTLESS, 3)
    assert found["peak_mb"] <= MOST_MB
