"""Whatever lies in the dead letters can be listed, and shows nothing but ids."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from fulfillment.cli import letters_text
from fulfillment.messages import letters
from tests.support.builders import MONDAY_NOON
from tests.support.hunting import hunted

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
# Bodies that look like ours, with anything in our places.
KNOWN = (
    "type",
    "detail-type",
    "detail",
    "order_id",
    "sku",
    "location_id",
    "channel",
    "movement_id",
    "Records",
)
PLATFORM = ("requestContext", "DDBStreamBatchInfo")
LIKE_OURS = st.dictionaries(st.sampled_from(KNOWN + PLATFORM), VALUES, max_size=6)
INNER = st.fixed_dictionaries(
    {"detail": LIKE_OURS, "requestContext": LIKE_OURS, "DDBStreamBatchInfo": LIKE_OURS}
)
ANY_BODY = st.text() | VALUES.map(json.dumps) | LIKE_OURS.map(json.dumps) | INNER.map(json.dumps)


def received(body: str, **attributes: str) -> dict[str, Any]:
    """A message as SQS gives it."""
    return {
        "MessageId": "m",
        "ReceiptHandle": "r",
        "Body": body,
        "Attributes": {"SentTimestamp": "1790000000000", "ApproximateReceiveCount": "1"},
        "MessageAttributes": {n: {"DataType": "String", "StringValue": v} for n, v in attributes.items()},
    }


@hunted(ANY_BODY, st.text(min_size=1, max_size=40))
def test_any_body_with_any_reason_is_a_line_that_a_terminal_can_show(body: str, reason: str) -> None:
    letter = letters.read(received(body, reason=reason))
    shown = letters_text.line(letter, MONDAY_NOON)

    assert shown.isprintable()
    assert all(
        letters.SHOWN.fullmatch(value) or value == letters.NOT_SHOWN or letters.SKU_SHOWN.fullmatch(value)
        for value in letter.about.values()
    )


@hunted(ANY_BODY)
def test_any_body_without_a_reason_has_one_in_words(body: str) -> None:
    assert letters.read(received(body)).reason
