"""What the board lets staff choose from is what the server takes, and has words in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from fulfillment.domain.handover import DocumentKind
from fulfillment.domain.own_settings import PauseReason
from fulfillment.domain.stock import RefusalReason

BOARD = Path(__file__).parents[2] / "shared/fulfillment/web/board"
CHOICES: dict[str, tuple[str, str, str, Any]] = {
    "why a store refuses": ("forms.js", "REASONS", "reason_", RefusalReason),
    "what a collector shows": ("forms.js", "DOCUMENTS", "document_", DocumentKind),
    "why a store pauses": ("more.js", "WHY_PAUSED", "paused_", PauseReason),
}


@pytest.mark.parametrize("name", CHOICES)
def test_each_choice_is_one_that_the_server_takes(name: str) -> None:
    script, constant, words, taken = CHOICES[name]

    listed = re.search(rf"const {constant} = \[([^\]]*)\]", (BOARD / script).read_text("utf-8"))

    assert listed is not None
    offered = re.findall(r"\w+", listed[1])
    assert offered == list(get_args(taken))
    for language in ("id", "en"):
        known = (BOARD / f"words-{language}.js").read_text("utf-8")
        assert [value for value in offered if not re.search(rf"\b{words}{value}: '", known)] == []
