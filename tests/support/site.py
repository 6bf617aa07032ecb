"""The router behind an address on this machine: the real handlers in this process, for a browser to talk to.

It stands in for API Gateway: the same stage and path as on the emulator, the routes of ``api/routes.py``, and an
authorizer that turns tokens into claims. moto is not for threads, so one request is served at a time; a test that
looks at the world while a page is open does so through ``Site.quiet``.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fulfillment.api.routes import ROUTES, Route
from tests.support.functions import CONTEXT, api_event, handler
from tests.support.world import World

STAGE = "/restapis/local/v1/_user_request_"
PATIENCE_SECONDS = 20
Answer = tuple[int, Mapping[str, str], bytes]


@dataclass(frozen=True)
class Seen:
    """A request that was answered."""

    method: str
    path: str
    key: str | None
    status: int
    body: Any


@dataclass(frozen=True)
class Member:
    """Somebody who may sign in, and what the token will say."""

    password: str
    claims: Mapping[str, str]
    name: str | None = None

    def answer(self, token: str) -> dict[str, Any]:
        """As POST /v1/sign-in answers."""
        return {
            "id_token": token,
            "expires_in": 43_200,
            "employee": self.claims["cognito:username"],
            "name": self.name,
            "role": self.claims["cognito:groups"],
            "locations": self.claims["custom:locations"].split(","),
            "new_password_required": False,
        }


@dataclass
class Held:
    """A request that is kept waiting, before or after it had its effect."""

    method: str
    path: re.Pattern[str]
    after_its_effect: bool
    arrived: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)

    def is_for(self, method: str, path: str) -> bool:
        return method == self.method and bool(self.path.search(path)) and not self.arrived.is_set()

    def wait(self) -> None:
        self.arrived.set()
        self.let_go.wait(PATIENCE_SECONDS)


@dataclass
class Site:
    """An address, whose ``url`` ends where a route's path begins."""

    world: World
    members: dict[str, Member] = field(default_factory=dict)
    tokens: dict[str, Mapping[str, str]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    port: int = 0
    remembers: bool = False  # listings are answered as before until a step is taken
    _remembered: dict[str, Answer] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{STAGE}"

    @contextmanager
    def quiet(self) -> Iterator[World]:
        """The world, while no request is served."""
        with self._lock:
            yield self.world

    def calls(self, method: str, ending: str, status: int | None = None) -> list[Seen]:
        """Answered requests of this method to paths that end so."""
        with self._lock:
            return [
                s
                for s in self.seen
                if s.method == method and s.path.endswith(ending) and status in (None, s.status)
            ]

    @contextmanager
    def holding(self, method: str, path: str, *, after_its_effect: bool = False) -> Iterator[Held]:
        """The next such request waits until the block is left (or ``let_go`` is set)."""
        held = Held(method, re.compile(path), after_its_effect)
        self.held.append(held)
        try:
            yield held
        finally:
            held.let_go.set()
            self.held.remove(held)

    def until(self, what: str, there: Callable[[], Any]) -> Any:
        """The first answer that is something; asked with no request under way."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with self._lock:
                if found := there():
                    return found
            time.sleep(0.02)
        raise AssertionError(f"{what}: not within {PATIENCE_SECONDS} s; seen: {self.seen[-5:]}")

    def _remember(self, method: str, target: str, answer: Answer) -> None:
        if method != "GET":
            self._remembered.clear()
        elif self.remembers and "/tasks?" in target and answer[0] == 200:
            self._remembered[target] = answer

    # --- as API Gateway

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: str) -> Answer:
        """What the gateway answers."""
        address = urlsplit(target)
        path = address.path.removeprefix(STAGE)
        waiting = next((held for held in self.held if held.is_for(method, path)), None)
        if waiting and not waiting.after_its_effect:
            waiting.wait()
        with self._lock:
            status, told, sent = self._remembered.get(target) or self._served(
                method, path, dict(parse_qsl(address.query)), headers, body
            )
            self._remember(method, target, (status, told, sent))
            read = json.loads(body) if body.startswith("{") else None
            self.seen.append(Seen(method, path, headers.get("idempotency-key"), status, read))
        if waiting and waiting.after_its_effect:
            waiting.wait()
        return status, told, sent

    def _served(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: str
    ) -> Answer:
        if (method, path) == ("POST", "/v1/sign-in"):
            return self._sign_in(json.loads(body))
        for route in ROUTES:
            found = re.fullmatch(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", route.path), path)
            if found and route.method == method:
                return self._by(route, found.groupdict(), query, headers, body)
        return _of_the_gateway(403, "Missing Authentication Token")

    def _sign_in(self, said: Mapping[str, str]) -> Answer:
        member = self.members.get(said["username"])
        if member is None or member.password != said["password"]:
            return _problem(401, "wrong_sign_in", "The user name or the password is wrong.")
        token = f"token-{len(self.tokens)}-of-{said['username']}"
        self.tokens[token] = member.claims
        return 200, {"Content-Type": "application/json"}, json.dumps(member.answer(token)).encode()

    def _by(
        self,
        route: Route,
        path: Mapping[str, str],
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: str,
    ) -> Answer:
        claims: Mapping[str, str] | None = None
        if "staff" in route.callers:
            claims = self.tokens.get(headers.get("authorization", "").removeprefix("Bearer "))
            if claims is None:
                return _of_the_gateway(401, "Unauthorized")
        elif route.callers != ("anyone",):
            return _of_the_gateway(403, "Missing Authentication Token")
        event = api_event(
            route.method,
            route.path,
            body=body or None,
            path=path,
            query=query,
            headers=headers,
            claims=claims,
            caller="anyone",
        )
        answer = handler(route.function)(event, CONTEXT)
        return answer["statusCode"], answer["headers"], answer["body"].encode()


def _of_the_gateway(status: int, message: str) -> Answer:
    return _problem(status, "", message)


def _problem(status: int, code: str, message: str) -> Answer:
    problem = {"type": "about:blank", "title": message, "status": status, "detail": message}
    problem |= {"code": code} if code else {}
    return status, {"Content-Type": "application/problem+json"}, json.dumps(problem).encode()


def _by_lower_name(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@contextmanager
def serving(world: World) -> Iterator[Site]:
    """The site of this world, on a free port of this machine."""
    site = Site(world)

    class OneRequest(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode()
            status, headers, sent = site.answer(self.command, self.path, _by_lower_name(self.headers), body)
            self.send_response_only(status)
            # The server's clock is the world's: a page shows times by it, whatever the phone's says.
            self.send_header("Date", format_datetime(site.world.clock.now(), usegmt=True))
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the library's names

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), OneRequest) as server:
        server.daemon_threads = True
        site.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield site
        finally:
            for held in site.held:
                held.let_go.set()
            server.shutdown()
            thread.join()
