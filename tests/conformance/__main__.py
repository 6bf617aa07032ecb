"""``python -m tests.conformance``: runs the peers' cases and their variants, and prints the table."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance import table

if __name__ == "__main__":
    here = Path(__file__).parent
    code = pytest.main(
        ["-q", "--no-header", str(here / "test_peer_cases.py"), str(here / "test_variants.py")]
    )
    print(*table.lines(), sep="\n")
    raise SystemExit(code)
