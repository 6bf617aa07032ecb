"""Names that come from outside and are looked up as they are: what can be the key of a row, and what nothing is
called.
"""

from __future__ import annotations

from collections.abc import Mapping

from fulfillment.domain.errors import FieldError, InvalidRequest

# DynamoDB takes 2,048 bytes of a partition key and 1,024 of a sort key. A name has others beside it in one key, and
# takes up to three times as much when its letters are folded; our own have at most 200.
MOST_BYTES = 512


def can_be_a_name(said: object) -> bool:
    """Whether a table takes this as (part of) a key."""
    try:
        return isinstance(said, str) and 1 <= len(said.encode()) <= MOST_BYTES
    except UnicodeEncodeError:  # half of a pair of surrogates is no text
        return False


def require_names(said: Mapping[str, object]) -> None:
    """InvalidRequest when one of these fields can be the name of nothing."""
    told = f"must be text of 1 to {MOST_BYTES} bytes"
    errors = [
        FieldError(field, "invalid_name", told) for field, name in said.items() if not can_be_a_name(name)
    ]
    if errors:
        raise InvalidRequest("invalid_name", f"{errors[0].field}: {told}", errors=errors)
