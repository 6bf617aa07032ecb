"""The files of the pages, as they stand in the package: read once, known by name, never by path."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files

from fulfillment.domain.errors import NotFound

KINDS = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


@dataclass(frozen=True)
class StaticFile:
    """A text file, and a tag that changes with every byte of it."""

    kind: str
    text: str
    etag: str


class WebFiles:
    """The files of one page, by name."""

    def __init__(self, page: str) -> None:
        """``page``: its folder in ``fulfillment/web/``."""
        self._files = {}
        for found in files("fulfillment").joinpath("web", page).iterdir():
            kind = KINDS.get("." + found.name.rpartition(".")[2])
            if kind and found.is_file():
                text = found.read_text(encoding="utf-8")
                tag = hashlib.sha256(text.encode()).hexdigest()[:32]
                self._files[found.name] = StaticFile(kind, text, f'"{tag}"')

    def __call__(self, name: str) -> StaticFile:
        """The file; NotFound when there is none of this name."""
        if name not in self._files:
            raise NotFound("unknown_file", "There is no such file.")
        return self._files[name]

    def __iter__(self) -> object:
        """Names of all files."""
        return iter(self._files)
