"""`make run`'s outbox: every message to stores and customers as a page beside the API. Text only, all of it escaped."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.local.inbox import Inbox, Told
from tests.local.stack import Stack

HOST = "127.0.0.1"
MOST_SHOWN = 200
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="3">
<title>Outbox</title><style>body{{font:16px sans-serif;max-width:50rem;margin:1rem auto;padding:0 1rem}}
article{{border:1px solid #999;border-radius:8px;padding:.5rem 1rem;margin:1rem 0}}p{{white-space:pre-wrap}}
small{{color:#555}}</style><h1>Outbox</h1><p>{count} messages, the newest first.</p>{messages}"""
MESSAGE = "<article><h2>{subject}</h2><p>{text}</p><small>to {to} · {event} · {message_id}</small></article>"


def page(told: list[Told]) -> str:
    """All that was told, as HTML: nothing that stands in a message is more than text."""
    shown = [MESSAGE.format_map({name: escape(value) for name, value in _said(one).items()}) for one in told]
    return PAGE.format(count=len(told), messages="".join(reversed(shown[-MOST_SHOWN:])))


def _said(told: Told) -> dict[str, str]:
    """What a message says, to whom, and under which id."""
    body: dict[str, Any] = told.body if isinstance(told.body, dict) else {"text": str(told.body)}
    address = ", ".join(map(str, body.get("address", {}).values()))
    receiver = told.attributes.get("location_id") or address or "?"
    return {
        "subject": str(body.get("subject", "")),
        "text": str(body.get("text", "")),
        "to": f"{told.topic} {receiver} {told.attributes.get('channel', '')}".strip(),
        "event": told.attributes.get("event", ""),
        "message_id": str(body.get("message_id", "")),
    }


@contextmanager
def serving(stack: Stack, port: int = 0) -> Iterator[str]:
    """Serves the page on this machine (on ``port``, if that is free) while the block lasts; answers its address."""
    inbox, alone = Inbox(stack, stack.outbox), threading.Lock()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/outbox":
                self.send_error(404)
                return
            with alone:
                told = page(inbox.collect()).encode()
            self.send_response(200)
            for name, value in HEADERS.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_: object) -> None:
            """A page that renews itself is not worth a line."""

    try:
        server = ThreadingHTTPServer((HOST, port), Page)
    except OSError:  # somebody else's: any other will do
        server = ThreadingHTTPServer((HOST, 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}/outbox"
    finally:
        server.shutdown()
        server.server_close()
