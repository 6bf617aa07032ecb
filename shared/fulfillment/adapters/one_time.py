"""Secrets that are printed and handed over once."""

from __future__ import annotations

import re
import secrets

# Without what people read as something else on paper: 0 O, 1 l I.
_LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_GROUPS, _GROUP = 3, 4  # 12 of 57: 70 bits
_TAKEN_BY_THE_POOL = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])")


class DrawnSecrets:
    """See ``people_ports.NewSecrets``."""

    def password(self) -> str:
        """As ``kR7m-Zx2e-Qp9w``; drawn until the pool's policy would take it, about twice."""
        while True:
            groups = ["".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS)]
            drawn = "-".join(groups)
            if _TAKEN_BY_THE_POOL.match(drawn):
                return drawn

    def pin(self) -> str:
        """Four digits, each PIN as likely as any other."""
        return f"{secrets.randbelow(10_000):04}"
