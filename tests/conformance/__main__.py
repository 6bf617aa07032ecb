"""``python -m tests.conformance``: runs the peers' cases and prints the table."""

from __future__ import annotations

from pathlib import Path

import pytest

if __name__ == "__main__":
    cases = Path(__file__).with_name("test_peer_cases.py")
    raise SystemExit(pytest.main(["-q", "-s", "--no-header", str(cases)]))
