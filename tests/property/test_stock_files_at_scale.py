"""A full snapshot of a large store, in little memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.support.template import ROOT

MOST_GROWTH_MB = 60

PROGRAM = """
import pathlib, resource, sys, time
from fulfillment.application.stock_files import DroppedFile
from tests.support.till_ports import taking

skus = int(sys.argv[1])

def a_file(rows):
    def read():
        yield b"sku,on_hand,observed_at\\n"
        for start in range(0, rows, 10_000):
            lines = (f"SKU-{n:09},{n % 50},2026-11-22 21:00" for n in range(start, min(start + 10_000, rows)))
            yield ("\\n".join(lines) + "\\n").encode()
    return read

def peak_mb():
    # Linux's ru_maxrss remembers the process that started this one.
    if pathlib.Path("/proc/self/status").exists():
        (line,) = [l for l in open("/proc/self/status") if l.startswith("VmHWM")]
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20

def take(rows, shelves):
    use_case, sent, answered = taking(a_file(rows), shelves=shelves, kept=False)
    report = use_case.take(DroppedFile("bucket", "incoming/snapshots/senayan/night.csv", "v1", rows * 35))
    assert not answered.wrong, answered.wrong[:3]
    assert sent.count == report.sent, report
    return report

take(500, ())
before = peak_mb()
started = time.process_time()
report = take(skus, [f"SKU-{n:09}" for n in range(skus // 2, skus + skus // 10)])
seconds = time.process_time() - started
assert (report.rows, report.zeroed) == (skus, skus // 10), report
print(f"{seconds:.3f} {peak_mb() - before:.1f}")
"""


def measure(skus: int) -> tuple[float, float]:
    """Seconds of processor, and megabytes more than a small file takes, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(skus)],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT / 'shared'}:{ROOT}", "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, megabytes = map(float, done.stdout.split())
    return seconds, megabytes


@pytest.mark.parametrize(
    "skus",
    [pytest.param(5_000, marks=pytest.mark.proof), pytest.param(100_000, marks=pytest.mark.soak)],
)
def test_a_snapshot_of_a_large_store_is_read_in_little_memory(
    skus: int, record_property: Callable[[str, object], None]
) -> None:
    seconds, megabytes = measure(skus)

    pace = f"{skus / seconds:,.0f} a second of processor"
    figure = f"{skus:,} rows of a full snapshot: {pace}, {megabytes:.0f} MB more than 500 rows"
    record_property("figure", figure)
    assert megabytes <= MOST_GROWTH_MB
