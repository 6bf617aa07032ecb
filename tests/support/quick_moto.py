"""What makes moto, and boto3 before it, quick: the same answers with less work. A test makes a hundred calls.

All of it was found by profile. Without it the handlers' tests take twice as long.
"""

from __future__ import annotations

import copy
import sys
from functools import cache
from itertools import count
from types import SimpleNamespace
from typing import Any

import botocore.useragent
import jsonpath_ng.ext
import moto.core.responses
import pytest
from botocore.client import BaseClient
from botocore.signers import RequestSigner
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb import models as moto_dynamodb
from moto.dynamodb.models.table import Table


def make_quick(patch: pytest.MonkeyPatch) -> None:
    """Everything below."""
    copy_tables_once(patch)
    say_what_is_there(patch)
    work_out_once(patch)
    number_the_requests(patch)
    name_the_caller(patch)
    leave_calls_untraced(patch)


def copy_tables_once(patch: pytest.MonkeyPatch) -> None:
    """Make moto's transactions fast: it copies a table for every action, to put it back should one of them fail.

    One copy for all actions of a transaction does the same; with some hundred orders it is ten times faster.
    """
    copies: dict[str, Table] = {}
    transact = moto_dynamodb.DynamoDBBackend.transact_write_items

    def with_new_copies(backend: moto_dynamodb.DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        copies.clear()
        transact(backend, transact_items)

    def deepcopy(value: Any) -> Any:
        if not isinstance(value, Table):
            return copy.deepcopy(value)
        if value.name not in copies:
            copies[value.name] = copy.deepcopy(value)
        return copies[value.name]

    patch.setattr(moto_dynamodb.DynamoDBBackend, "transact_write_items", with_new_copies)
    patch.setattr(moto_dynamodb, "copy", SimpleNamespace(deepcopy=deepcopy, copy=copy.copy))


def say_what_is_there(patch: pytest.MonkeyPatch) -> None:
    """Make moto's answers fast: of each of the ten kinds that an attribute may have, it asks whether it is there under
    six names, which took a third of the handlers' tests. A dict of names that the service knows says what is there.
    """
    whole = BaseJSONSerializer._serialize_type_structure

    def write(writer: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
        members = shape.members
        exact = type(value) is dict and not shape.is_document_type and value.keys() <= members.keys()
        if not exact or writer._value_picker.response_transformers:
            whole(writer, serialized, value, shape, key)
            return
        wrapper = writer.MAP_TYPE() if key else serialized
        for name, member in value.items():
            members[name].parent = shape
            if member is not None:
                writer._serialize(wrapper, member, members[name], name)
        if key:
            writer._default_serialize(serialized, wrapper, shape, key)

    patch.setattr(BaseJSONSerializer, "_serialize_type_structure", write)


def work_out_once(patch: pytest.MonkeyPatch) -> None:
    """What is always the same for the same words: the parsers of the bus's JSON paths, the names of a service's
    methods, and what boto3 says of itself.
    """
    for module, name in (
        (jsonpath_ng.ext, "parse"),
        (moto.core.responses, "method_names_from_class"),
        (moto.core.responses, "camelcase_to_underscores"),
        (botocore.useragent, "sanitize_user_agent_string_component"),
    ):
        patch.setattr(module, name, cache(getattr(module, name)))


def number_the_requests(patch: pytest.MonkeyPatch) -> None:
    """Each answer has the number of its request, which moto draws letter by letter."""
    numbers = count(1)

    def numbered(headers: dict[str, Any]) -> str:
        headers["x-amzn-requestid"] = f"{next(numbers):052}"
        return str(headers["x-amzn-requestid"])

    patch.setattr(moto.core.responses, "gen_amzn_requestid_long", numbered)


def name_the_caller(patch: pytest.MonkeyPatch) -> None:
    """Moto reads of a signature who calls, where and what, and never looks at the signature itself. To S3, which reads
    more of it, and to engines on this machine requests are signed as ever.
    """
    signed = RequestSigner.handler

    def named(signer: RequestSigner, request: Any, **more: Any) -> None:
        if signer.signing_name == "s3" or ".amazonaws.com" not in request.url:
            signed(signer, request=request, **more)
            return
        scope = f"testing/20260101/{signer.region_name}/{signer.signing_name}/aws4_request"
        request.headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}"

    patch.setattr(RequestSigner, "handler", named)


def leave_calls_untraced(patch: pytest.MonkeyPatch) -> None:
    """Coverage follows our own code, not boto3's and moto's below it, which would take twice as long. What a test lets
    happen in the middle of a call is therefore not counted as covered.
    """
    call = BaseClient._make_api_call

    def untraced(client: BaseClient, operation: str, request: dict[str, Any]) -> Any:
        tracer = sys.gettrace()
        sys.settrace(None)
        try:
            return call(client, operation, request)
        finally:
            sys.settrace(tracer)

    patch.setattr(BaseClient, "_make_api_call", untraced)
