"""What a caller needs to know about the deployed stack; written to .local/stack.json by `make run`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from tests.local.deploy import root_client
from tests.local.paths import STACK_FILE


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Credentials(_Part):
    """Keys of an IAM user."""

    access_key_id: str
    secret_access_key: str


class StaffMember(_Part):
    """One who signs in with an employee number; the token is good for 12 hours. The PIN is for shared phones."""

    username: str
    password: str
    id_token: str
    pin: str | None = None


class Stack(_Part):
    """The fields of .local/stack.json, and behind `private` what only the driver and the tests use."""

    api_url: str
    board_url: str
    region: str
    endpoint_url: str
    checkout: Credentials
    operations: Credentials
    tills: Credentials
    # By location: somebody who picks, a supervisor, and the phone that everybody there shares.
    staff: dict[str, StaffMember]
    supervisors: dict[str, StaffMember]
    phones: dict[str, StaffMember]
    user_pool_id: str
    client_id: str
    tables: dict[str, str]
    queues: dict[str, str]
    buckets: dict[str, str]
    event_bus_name: str

    # Not in the file: outputs of the stack, physical ids by logical id, and the queues that listen to the topics.
    outputs: dict[str, str] = Field(default_factory=dict, exclude=True)
    resources: dict[str, str] = Field(default_factory=dict, exclude=True)
    listeners: dict[str, str] = Field(default_factory=dict, exclude=True)
    outbox: dict[str, str] = Field(default_factory=dict, exclude=True)
    # Where the emulator writes down its decisions on permissions.
    authorizations: Path = Field(default=Path("/nowhere"), exclude=True)

    def client(self, service: str) -> Any:
        """A client with the emulator's root credentials: for looking behind the scenes, never for the story itself."""
        return root_client(service, self.endpoint_url)

    def function_name(self, name: str) -> str:
        """Physical name of a function by its folder: `stock_feed` -> `fulfillment-StockFeedFunction-…`."""
        return self.resources[f"{camel(name)}Function"]

    def write(self, path: Path = STACK_FILE) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.model_dump(), indent=2) + "\n")
        path.chmod(0o600)  # credentials, if only of an emulator

    @classmethod
    def read(cls, path: Path = STACK_FILE) -> Self:
        return cls.model_validate_json(path.read_text())


def camel(name: str) -> str:
    """Folder of a function -> its part of the logical ids: `stock_feed` -> `StockFeed`."""
    return "".join(part.capitalize() for part in name.split("_"))
