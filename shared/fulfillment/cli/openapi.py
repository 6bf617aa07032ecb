"""``fulfillment openapi``: print the OpenAPI document, write it, or check that a kept copy is not out of date."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from fulfillment.api.openapi import document


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--write FILE or --check FILE; neither prints it."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--write", type=Path, metavar="FILE", help="write the document to this file")
    group.add_argument(
        "--check", type=Path, metavar="FILE", help="exit 1 when this file differs from the code"
    )


def run(arguments: argparse.Namespace) -> int:
    """0, or 1 when the checked file is out of date."""
    text = json.dumps(document(), indent=1, ensure_ascii=False) + "\n"
    if arguments.write:
        arguments.write.write_text(text, encoding="utf-8")
    elif arguments.check:
        kept = arguments.check.read_text(encoding="utf-8") if arguments.check.exists() else ""
        if kept != text:
            print(
                f"{arguments.check} is out of date: run 'fulfillment openapi --write {arguments.check}'",
                file=sys.stderr,
            )
            return 1
    else:
        sys.stdout.write(text)
    return 0
