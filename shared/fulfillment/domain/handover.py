"""Who came for a task, where it was not just the customer with the code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DocumentKind = Literal["ktp", "sim", "passport", "other"]


@dataclass(frozen=True)
class Handover:
    """Kept apart from the order, as the customer's contact is, so that the person can be erased alone.

    ``document`` None: the code was shown. Of a document only its kind is kept, never its number or a picture.
    """

    collector: str
    document: DocumentKind | None = None
    reason: str | None = None
