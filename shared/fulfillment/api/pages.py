"""Pages and their files, and what a browser is told beside them: to run nothing but ours, and to ask nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from fulfillment.api.gateway import Document

# A worker's address is a script to Trusted Types: `page` is the one policy that may make one.
CONTENT_POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "connect-src 'self'; "
    "img-src 'self'; "
    "manifest-src 'self'; "
    "worker-src 'self'; "
    "base-uri 'none'; "
    "form-action 'self'; "
    "frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; "
    "trusted-types page"
)
HEADERS = {
    # Kept, and asked for again each time: a new version is there at the next load, and an old one costs a 304.
    "Cache-Control": "no-cache",
    "Content-Security-Policy": CONTENT_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",  # the camera reads barcodes
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Frame-Options": "DENY",
}


class WebFile(Protocol):
    """A file as it is sent."""

    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def etag(self) -> str: ...


def page(file: WebFile, headers: Mapping[str, str], more: Mapping[str, str] | None = None) -> Document:
    """The file; 304 without it when the browser (by the request's ``headers``) has this very version."""
    told = HEADERS | {"ETag": file.etag} | dict(more or {})
    known = {tag.strip().removeprefix("W/") for tag in headers.get("if-none-match", "").split(",")}
    if file.etag in known:
        return Document(file.kind, "", told, 304)
    return Document(file.kind, file.text, told)
