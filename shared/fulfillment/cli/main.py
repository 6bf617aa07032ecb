"""``fulfillment <command>``: finds the command's module and hands it its arguments.

A command is a module with ``add_arguments(parser)`` and ``run(arguments) -> int`` (the exit code). It is imported only
when it is called, so ``fulfillment --help`` needs neither boto3 nor shapely.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Protocol, cast

COMMANDS: Mapping[str, tuple[str, str]] = {
    "load": (
        "fulfillment.cli.load",
        "load products, locations, places and opening stock from CSV and GeoJSON files",
    ),
    "decide": ("fulfillment.cli.decide", "decide where an order is supplied from, without AWS, and say why"),
    "replay": ("fulfillment.cli.replay", "take an order's decisions again and compare them byte for byte"),
    "reconcile": (
        "fulfillment.cli.reconcile",
        "hold what stock rows and capacity windows count against all open work; repair on request",
    ),
    "policy": ("fulfillment.cli.policy", "check policy files, show the shipped policies"),
    "letters": ("fulfillment.cli.letters", "list dead letters with their reasons, and redrive them"),
    "openapi": ("fulfillment.cli.openapi", "print, write or check the OpenAPI document"),
}


class Command(Protocol):
    """What a command's module offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...
    def run(self, arguments: argparse.Namespace) -> int: ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. Wrong usage leaves with argparse's own code 2."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="fulfillment", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", metavar="command", required=True)
    called: Command | None = None
    for name, (module, summary) in COMMANDS.items():
        command_parser = commands.add_parser(name, help=summary, description=summary)
        if words[:1] == [name]:
            called = cast(Command, import_module(module))
            called.add_arguments(command_parser)
    arguments = parser.parse_args(words)
    assert called is not None, arguments  # argparse let no unknown command through
    return called.run(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
