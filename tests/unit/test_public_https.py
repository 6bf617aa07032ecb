"""Webhooks leave for the very address that was looked at: nowhere else, not for long, and never further."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from http.client import HTTPException
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fulfillment.adapters.webhooks import PublicHttps
from fulfillment.application.webhook_ports import NotPublic

HOST = "erp.example.com"
URL = f"https://{HOST}/hooks?shop=7"


class Listener:
    """An https server on this machine that answers each connection the same, and keeps what it was sent."""

    def __init__(self, certificate: Path, answer: Callable[[ssl.SSLSocket], None]) -> None:
        self.heard: list[bytes] = []
        self._answer = answer
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                raw, _ = self._socket.accept()
                with self._context.wrap_socket(raw, server_side=True) as connection:
                    self.heard.append(connection.recv(65_536) + connection.recv(65_536))
                    self._answer(connection)
            except ssl.SSLError:
                continue  # the caller did not like the certificate
            except OSError:
                return

    def close(self) -> None:
        self._socket.close()


def says(answer: bytes) -> Callable[[ssl.SSLSocket], None]:
    return lambda connection: connection.sendall(answer)


def drips(connection: ssl.SSLSocket) -> None:
    """A byte at a time, for ever."""
    while True:
        connection.sendall(b"H")
        time.sleep(0.05)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of HOST, by nobody but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    no_password = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, no_password)
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def listening(certificate: Path) -> Iterator[Callable[..., Listener]]:
    """Starts listeners; they end with the test."""
    started: list[Listener] = []

    def start(answer: Callable[[ssl.SSLSocket], None]) -> Listener:
        started.append(Listener(certificate, answer))
        return started[-1]

    yield start
    for listener in started:
        listener.close()


def poster(listener: Listener, certificate: Path, **more: object) -> PublicHttps:
    """Whose resolver says 127.0.0.1, and who believes, for once, that this is public."""
    return PublicHttps(
        resolve=lambda _host, _port: ["127.0.0.1"],
        is_allowed=lambda _address: True,
        context=ssl.create_default_context(cafile=str(certificate)),
        port=listener.port,
        **more,  # type: ignore[arg-type]
    )


def test_a_body_arrives_under_the_hosts_name(listening: Callable[..., Listener], certificate: Path) -> None:
    listener = listening(says(b"HTTP/1.1 204 No Content\r\n\r\n"))

    status = poster(listener, certificate)(URL, {"webhook-id": "msg_1"}, '{"type":"x"}')

    (heard,) = listener.heard
    assert status == 204
    assert heard.startswith(b"POST /hooks?shop=7 HTTP/1.1\r\nHost: erp.example.com")
    assert b"webhook-id: msg_1\r\n" in heard
    assert heard.endswith(b'\r\n\r\n{"type":"x"}')


def test_a_redirect_is_an_answer_and_leads_nowhere(
    listening: Callable[..., Listener], certificate: Path
) -> None:
    listener = listening(says(b"HTTP/1.1 302 Found\r\nLocation: https://169.254.169.254/\r\n\r\n"))

    assert poster(listener, certificate)(URL, {}, "{}") == 302
    assert len(listener.heard) == 1


def test_a_certificate_of_another_name_is_refused(
    listening: Callable[..., Listener], certificate: Path
) -> None:
    listener = listening(says(b"HTTP/1.1 200 OK\r\n\r\n"))

    with pytest.raises(ssl.SSLCertVerificationError):
        poster(listener, certificate)("https://other.example.com/", {}, "{}")
    assert listener.heard == []


def test_whoever_drips_is_cut_off(listening: Callable[..., Listener], certificate: Path) -> None:
    listener = listening(drips)
    started = time.monotonic()

    with pytest.raises((OSError, HTTPException)):
        poster(listener, certificate, all_seconds=0.3)(URL, {}, "{}")

    assert time.monotonic() - started < 4


LEADS_TO: dict[str, Sequence[str]] = {
    "this machine": ["127.0.0.1"],
    "the keys of the cloud": ["169.254.169.254"],
    "a private net, among others": ["8.8.8.8", "10.0.0.8"],
    "an address in an address": ["::ffff:10.0.0.8"],
    "nothing": [],
}


@pytest.mark.parametrize("where", LEADS_TO)
def test_a_name_that_leads_elsewhere_is_not_even_tried(
    where: str, listening: Callable[..., Listener], certificate: Path
) -> None:
    # Given a harmless name, and somebody who listens here
    listener = listening(says(b"HTTP/1.1 200 OK\r\n\r\n"))
    post = PublicHttps(resolve=lambda _host, _port: LEADS_TO[where], port=listener.port)

    # Then nobody is called
    with pytest.raises(NotPublic):
        post(URL, {}, "{}")
    assert listener.heard == []


def test_a_name_is_resolved_once_so_that_no_second_answer_counts(
    listening: Callable[..., Listener], certificate: Path
) -> None:
    # Given a name whose first answer is harmless and whose second is not
    listener, asked = listening(says(b"HTTP/1.1 200 OK\r\n\r\n")), []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    context = ssl.create_default_context(cafile=str(certificate))
    harmless = PublicHttps(rebinding, lambda address: address == "127.0.0.1", context, listener.port)

    # Then the address that was looked at is the one that is called
    assert harmless(URL, {}, "{}") == 200
    assert asked == [HOST]


def test_what_is_no_endpoint_is_refused_before_any_name_is_asked() -> None:
    def never(_host: str, _port: int) -> list[str]:
        raise AssertionError("asked for a name")

    with pytest.raises(NotPublic, match="a URL that must begin with https"):
        PublicHttps(resolve=never)("http://erp.example.com/", {}, "{}")
