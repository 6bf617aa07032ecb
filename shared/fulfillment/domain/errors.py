"""Everything the router can say no with.

Refusal                     an answer, never a bug: it is told to the caller and not retried
├── Malformed               400  not a request this API can read: no key, no JSON (413 too large, 415 not JSON)
├── InvalidRequest          422  the request can never work as it stands; names the field
│   └── IdempotencyConflict 422  the same key with another body
├── Unauthorized            401  not signed in, or not with these words
├── Forbidden               403  it is there, and this is not for whoever asks to do
├── NotFound                404  there is no such thing, or it is not yours to see
├── Conflict                409  it could have worked, but the world is different now
│   ├── OutOfStock          409  carries what is left of each line
│   ├── OfferChanged        409  carries the offer that holds now
│   ├── WrongState          409  the order or task is not in a state for this step
│   └── PaidButGone         409  money arrived after the stock went; a refund is due
└── Busy                    503  other writers kept winning; safe to try again with the same key

A refusal carries what the caller needs next in ``extra``. A bug is an ``assert``; trouble outside (throttling,
time-outs) passes through as the AWS client raised it and is retried by the platform, and so is ``Unavailable``: what is
outside answered, and is not as we need it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with one field. ``field`` is a path such as ``lines.0.quantity``."""

    field: str
    code: str
    message: str


class Refusal(Exception):
    """The answer is no, and ``code`` says why in a word a program can act on."""

    status = 409
    title = "Refused"

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.extra = dict(extra or {})


class Malformed(Refusal):
    """Not a request this API can read."""

    status = 400
    title = "Malformed request"

    def __init__(self, code: str, detail: str, *, status: int = 400) -> None:
        super().__init__(code, detail)
        self.status = status


class InvalidRequest(Refusal):
    """The request can never work as it stands."""

    status = 422
    title = "Invalid request"

    @classmethod
    def of(cls, field: str, code: str, message: str) -> InvalidRequest:
        """One field, one reason."""
        return cls(code, message, errors=[FieldError(field, code, message)])


class IdempotencyConflict(InvalidRequest):
    """The same idempotency key came with another body."""

    title = "Idempotency key was used for another request"


class Unauthorized(Refusal):
    """Nobody is known by what was said."""

    status = 401
    title = "Not signed in"


class Forbidden(Refusal):
    """It is known who asks, and this role may not do it; or, on a shared phone, it is not known who holds it."""

    status = 403
    title = "Not allowed"


class NotFound(Refusal):
    """There is no such thing, or it is not the caller's to see; the two read alike."""

    status = 404
    title = "Not found"


class Conflict(Refusal):
    """The request is sound, but the world is different now."""

    title = "Conflict"


class OutOfStock(Conflict):
    """Not enough is left. ``extra["left"]`` holds what is, line by line."""

    title = "Out of stock"


class OfferChanged(Conflict):
    """What was offered no longer holds. ``extra["option"]`` is what holds now, or null."""

    title = "The offer has changed"


class WrongState(Conflict):
    """The order or task is not in a state in which this step can be taken."""

    title = "Not possible in this state"


class PaidButGone(Conflict):
    """Money came after the reservation ended and the stock is gone: a refund is due."""

    title = "Paid, but the stock is gone"


class Busy(Refusal):
    """Other writers kept winning for longer than a caller should wait. The same key may be sent again."""

    status = 503
    title = "Busy, try again"


class Unavailable(Exception):
    """Something outside is not as we need it, and a person must mend it: 503, and only the log says what it is."""
