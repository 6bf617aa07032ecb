"""Tokens that are good, and those that only look so: made by the deployed pool, by another one, or by a forger."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import urllib.request
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.local.calls import Caller, checkout, operations
from tests.local.people import Hiring
from tests.local.stack import Credentials, Stack, StaffMember
from tests.support.authorization import CALLERS

STORE, ANOTHER_STORE = "senayan", "blok-m"
PASSWORD = "Correct-Horse-9"


def everybody(stack: Stack) -> dict[str, tuple[Caller, dict[str, str]]]:
    """Each caller of the table, with the headers they send along."""
    hiring = Hiring(stack.endpoint_url, stack.outputs)
    boss = stack.supervisors[STORE]
    tokens = {
        "no token at all but text": "not.a.token",
        "expired": _expired(stack, boss),
        "of another pool": _of_another_pool(stack, boss),
        "altered": _altered(stack.supervisors[ANOTHER_STORE].id_token),
        "HS256 with the public key": _hs256(stack, boss.id_token),
        "alg none": _alg_none(boss.id_token),
        "of another app": _of_app(stack, boss, hours=1),
        "access token": _tokens(stack, stack.client_id, boss)["AccessToken"],
        "in no group": _in_no_group(stack),
        "of another store": stack.supervisors[ANOTHER_STORE].id_token,
        "picker": stack.staff[STORE].id_token,
        "supervisor": boss.id_token,
        "operations person": hiring.hire("90001", [STORE], "operations").id_token,
        "shared phone": stack.phones[STORE].id_token,
    }
    found = {name: (Caller(stack, id_token=token), _none()) for name, token in tokens.items()}
    forged = Credentials(access_key_id=stack.operations.access_key_id, secret_access_key="forged")
    found |= {
        "no token": (Caller(stack), _none()),
        "signed with the wrong secret": (Caller(stack, sign_as=forged), _none()),
        "checkout": (checkout(stack), _none()),
        "operations": (operations(stack), _none()),
    }
    holders = {
        "shared phone, with a stranger's PIN": stack.staff[ANOTHER_STORE],
        "shared phone, held by a picker": stack.staff[STORE],
        "shared phone, held by a supervisor": boss,
    }
    phone = found["shared phone"][0]
    found |= {name: (phone, _holding(holder)) for name, holder in holders.items()}
    assert found.keys() == set(CALLERS)
    return found


def _none() -> dict[str, str]:
    return {}


def _holding(person: StaffMember) -> dict[str, str]:
    return {"X-Employee": person.username, "X-Pin": person.pin or ""}


def _tokens(stack: Stack, client_id: str, person: StaffMember) -> dict[str, Any]:
    answer = stack.client("cognito-idp").initiate_auth(
        ClientId=client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": person.username, "PASSWORD": person.password},
    )
    found: dict[str, Any] = answer["AuthenticationResult"]
    return found


def _of_app(stack: Stack, person: StaffMember, **validity: int) -> str:
    """A token of our pool, for another app: ``hours`` or ``seconds`` that it is good for."""
    ((unit, value),) = validity.items()
    app = stack.client("cognito-idp").create_user_pool_client(
        UserPoolId=stack.user_pool_id,
        ClientName=f"another, {unit}",
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        IdTokenValidity=value,
        TokenValidityUnits={"IdToken": unit},
    )["UserPoolClient"]["ClientId"]
    token: str = _tokens(stack, app, person)["IdToken"]
    return token


def _expired(stack: Stack, person: StaffMember) -> str:
    """Of another app, since ours gives tokens for twelve hours: that would be 404, so a 401 is for its age."""
    token = _of_app(stack, person, seconds=1)
    time.sleep(1.5)
    return token


def _of_another_pool(stack: Stack, person: StaffMember) -> str:
    """Somebody who made a pool of their own, with a supervisor of our store in it."""
    cognito = stack.client("cognito-idp")
    located = {"Name": "locations", "AttributeDataType": "String", "Mutable": True}
    pool = cognito.create_user_pool(PoolName="another", Schema=[located])["UserPool"]["Id"]
    app = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="board", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    cognito.create_group(UserPoolId=pool, GroupName="supervisor")
    _make(stack, pool, person.username, person.password)
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=person.username, GroupName="supervisor")
    token: str = _tokens(stack, app, person)["IdToken"]
    return token


def _in_no_group(stack: Stack) -> str:
    _make(stack, stack.user_pool_id, "90002", PASSWORD)
    person = StaffMember(username="90002", password=PASSWORD, id_token="")
    token: str = _tokens(stack, stack.client_id, person)["IdToken"]
    return token


def _make(stack: Stack, pool: str, username: str, password: str) -> None:
    cognito = stack.client("cognito-idp")
    located = [{"Name": "custom:locations", "Value": STORE}]
    cognito.admin_create_user(
        UserPoolId=pool, Username=username, UserAttributes=located, MessageAction="SUPPRESS"
    )
    cognito.admin_set_user_password(UserPoolId=pool, Username=username, Password=password, Permanent=True)


def _altered(token: str) -> str:
    """Another store's token, in which somebody wrote ours."""
    head, body, signature = token.split(".")
    claims = {**_read(body), "custom:locations": STORE}
    return f"{head}.{_written(claims)}.{signature}"


def _alg_none(token: str) -> str:
    head, body, _signature = token.split(".")
    return f"{_written({**_read(head), 'alg': 'none'})}.{body}."


def _hs256(stack: Stack, token: str) -> str:
    """Signed with what everybody may read, for a verifier that lets the token say how it is verified."""
    head, body, _signature = token.split(".")
    header = _read(head)
    signed = f"{_written({**header, 'alg': 'HS256'})}.{body}"
    mac = hmac.new(_public_key(stack, header["kid"]), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_encoded(mac)}"


def _public_key(stack: Stack, kid: str) -> bytes:
    url = f"{stack.endpoint_url}/{stack.user_pool_id}/.well-known/jwks.json"
    with urllib.request.urlopen(url, timeout=10) as answer:
        (key,) = [key for key in json.load(answer)["keys"] if key["kid"] == kid]
    modulus, exponent = (int.from_bytes(_decoded(key[part])) for part in ("n", "e"))
    public = RSAPublicNumbers(exponent, modulus).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _read(part: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(_decoded(part))
    return read


def _written(value: dict[str, Any]) -> str:
    return _encoded(json.dumps(value).encode())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
