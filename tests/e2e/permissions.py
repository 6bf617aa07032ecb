"""Statements of the functions' roles: which there are, taking one away, and what was asked and refused."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tests.local.stack import Stack
from tests.support.template import resources

SERVICES = ("dynamodb", "sqs", "sns", "s3", "events", "secretsmanager", "cognito-idp")
# Asked by the platform with the role: event sources poll, destinations are sent to. The emulator does both without
# asking, so only tests/template can hold these.
ASKED_BY_THE_PLATFORM = {"ReceiveMessages", "ReadStream", "ListStreams", "ReportFailures"}


@dataclass(frozen=True)
class Statement:
    """One statement of a function's role."""

    function: str
    sid: str
    actions: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.function}.{self.sid}"


def statements() -> list[Statement]:
    """The table: every DynamoDB, SQS, SNS, events and secrets statement that a function's own code needs."""
    found = []
    for role, properties in resources("AWS::IAM::Role").items():
        function = role.removesuffix("Role")
        if f"{function}Function" not in resources("AWS::Serverless::Function"):
            continue
        for statement in properties["Policies"][0]["PolicyDocument"]["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            if actions[0].split(":")[0] in SERVICES and statement["Sid"] not in ASKED_BY_THE_PLATFORM:
                found.append(Statement(function, statement["Sid"], tuple(actions)))
    return found


def never_asked(stack: Stack, decisions: Decisions) -> list[str]:
    """Actions of the statements that no function asked for on the statement's resource."""
    asked = {(line["function"], line["action"], line["resource"]) for line in decisions.by_function()}
    idle = []
    for statement in statements():
        _role, _policy, document = _policy_of(stack, statement.function)
        (written,) = [s for s in document["Statement"] if s["Sid"] == statement.sid]
        resource = written["Resource"]
        idle += [
            f"{statement} {action}"
            for action in statement.actions
            if not any(
                (who, what) == (statement.function, action) and fnmatchcase(on, resource)
                for who, what, on in asked
            )
        ]
    return idle


def _policy_of(stack: Stack, function: str) -> tuple[str, str, dict[str, Any]]:
    iam = stack.client("iam")
    role = stack.resources[f"{function}Role"]
    (policy,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    return role, policy, iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]


@contextlib.contextmanager
def without(stack: Stack, statement: Statement) -> Iterator[None]:
    """The function's role lacks this statement inside; its workers start anew, for they keep what they have read."""
    iam = stack.client("iam")
    role, policy, whole = _policy_of(stack, statement.function)
    kept = [s for s in whole["Statement"] if s["Sid"] != statement.sid]
    assert len(kept) == len(whole["Statement"]) - 1, statement

    def put(wanted: list[Any]) -> None:
        document = json.dumps({**whole, "Statement": wanted})
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=document)
        start_anew(stack, statement.function)

    put(kept)
    try:
        yield
    finally:
        put(whole["Statement"])


def start_anew(stack: Stack, function: str) -> None:
    """Ends the function's workers: the emulator does so when their memory changes."""
    client, name = stack.client("lambda"), stack.resources[f"{function}Function"]
    memory = client.get_function_configuration(FunctionName=name)["MemorySize"]
    client.update_function_configuration(FunctionName=name, MemorySize=memory + 1)


class Decisions:
    """What the emulator wrote down of its decisions on permissions, from now on."""

    def __init__(self, stack: Stack, path: Path) -> None:
        self._path = path
        self._roles = {
            f"assumed-role/{name}/": logical.removesuffix("Role")
            for logical, name in stack.resources.items()
            if logical.endswith("Role")
        }
        self._offset = path.stat().st_size if path.exists() else 0

    def by_function(self) -> list[dict[str, Any]]:
        """Decisions on calls of functions, each with `function`."""
        with self._path.open() as log:
            log.seek(self._offset)
            lines = [json.loads(line) for line in log if line.startswith("{") and line.endswith("\n")]
        found = []
        for line in lines:
            for part, function in self._roles.items():
                if part in line["caller"]:
                    found.append({**line, "function": function})
        return found

    def refused(self) -> list[str]:
        """What was refused, for a person to read."""
        return [
            f"{line['function']}: {line['action']} on {line['resource']}"
            for line in self.by_function()
            if not line["allowed"]
        ]
