"""`make invoke F=options E=events/options.json`: one function with one event, in this process, without Docker.

The twin of `sam local invoke`: the handler runs here, under pdb if you like, against the tables of a `make run` that is
up in another terminal. It gets the variables of events/env.json, in which a name of the template (`Orders`) stands for
what it became on the emulator (`fulfillment-Orders-…`); in an event `stock-files` stands for the bucket, and
`StaffClient` for the app that staff sign in to.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.local.chain import table_environment
from tests.local.deploy import STACK_NAME
from tests.local.emulator import HOST, answers
from tests.local.paths import ROOT, STACK_FILE
from tests.local.stack import Stack, camel

ENV_FILE = ROOT / "events" / "env.json"


@dataclass
class Context:
    """What Lambda hands to a handler beside the event; the fields that Powertools asks for."""

    function_name: str
    memory_limit_in_mb: int = 1024
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:local:000000000000:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        return 20_000


def main(arguments: list[str]) -> int:
    name, event_file = [*arguments, "", ""][:2]
    functions = sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))
    if name not in functions or not Path(event_file).is_file():
        print("usage: make invoke F=<function> E=events/<event>.json", file=sys.stderr)
        print(f"functions: {' '.join(functions)}", file=sys.stderr)
        return 2
    stack = Stack.read() if STACK_FILE.exists() else None
    if stack is None or not answers(stack.endpoint_url):
        print("Nothing is up to invoke it against: start `make run` in another terminal.", file=sys.stderr)
        return 1
    os.environ.update(environment(name, stack))
    event = Path(event_file).read_text().replace("stock-files", stack.buckets["StockFiles"])
    event = event.replace('"StaffClient"', f'"{stack.client_id}"')
    answer = handler(name)(json.loads(event), Context(f"{name}-by-hand"))
    print(json.dumps(answer, indent=2, default=str))
    return 0


def environment(name: str, stack: Stack) -> dict[str, str]:
    """The function's variables with this stack's names, and the way to the emulator."""
    formation = stack.client("cloudformation")
    pages = formation.get_paginator("list_stack_resources").paginate(StackName=STACK_NAME)
    physical = {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
    }
    queues = {key: url for key, url in stack.queues.items() if url.startswith(f"http://{HOST}")}
    named = {**physical, **queues}
    variables = json.loads(ENV_FILE.read_text())[f"{camel(name)}Function"]
    return table_environment(stack) | {key: named.get(value, value) for key, value in variables.items()}


def handler(name: str) -> Any:
    """`handler` of functions/<name>/app.py."""
    spec = importlib.util.spec_from_file_location("app", ROOT / "functions" / name / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.handler


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
