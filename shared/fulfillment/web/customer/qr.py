"""The pickup code as a picture that a scanner reads."""

from __future__ import annotations

import segno

from fulfillment.domain.pickup_code import normalised
from fulfillment.web.markup import Html

QUIET_ZONE = 4  # modules of white around it, without which scanners do not find it (ISO/IEC 18004)


def drawn(code: str) -> Html:
    """An inline SVG, black on nothing: the page's style gives it a white ground and its size.

    Eight characters of the code's alphabet fit the smallest QR code even at the highest error correction: 30 % of it
    may be under a scratch or a reflection.
    """
    made = segno.make_qr(normalised(code), error="h")
    return Html(made.svg_inline(border=QUIET_ZONE, omitsize=True, svgclass="qr", lineclass=None))
