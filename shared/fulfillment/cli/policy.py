"""``fulfillment policy``: check policy files, and show the policies that are shipped."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from fulfillment.application.setting_views import policy as shown
from fulfillment.cli.policy_files import BadPolicy, read_policy, shipped_names, shipped_policy, shipped_text
from fulfillment.domain.policy import Policy

WRONG = 2  # the exit code of bad input, as of the other commands

DEFAULT = "fewest-shipments"  # what the policy "default" is until operations put another under that name


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``check FILE...`` or ``show NAME``."""
    actions = parser.add_subparsers(dest="action", metavar="action", required=True)
    check = actions.add_parser("check", help="say what is wrong with policy files, line by line")
    check.add_argument("files", nargs="+", type=Path, metavar="FILE", help="YAML or JSON")
    show = actions.add_parser("show", help=f"print a shipped policy: {', '.join(_names())}")
    show.add_argument("name", metavar="NAME")
    show.add_argument("--json", action="store_true", help="as the body of PUT /v1/policies/{name}")


def run(arguments: argparse.Namespace) -> int:
    """0, or 2 when a file is wrong or there is no such policy."""
    if arguments.action == "show":
        return _show(arguments.name, as_json=arguments.json)
    return max([_check(path) for path in arguments.files])


def _check(path: Path) -> int:
    try:
        policy = read_policy(path)
    except BadPolicy as error:
        print(error, file=sys.stderr)
        return WRONG
    except OSError as error:
        print(f"{path}: {error.strerror}", file=sys.stderr)
        return WRONG
    print(f"{path}: {summary(policy)}")
    return 0


def _show(name: str, *, as_json: bool) -> int:
    if name == Policy().name:
        name = DEFAULT
    if name not in shipped_names():
        print(f"There is no shipped policy {name!r}, but {', '.join(_names())}.", file=sys.stderr)
        return WRONG
    if as_json:
        document = shown(shipped_policy(name))
        del document["name"], document["version"]  # the path says the one, the router gives the other
        print(json.dumps(document, indent=1))
    else:
        sys.stdout.write(shipped_text(name))
    return 0


def _names() -> tuple[str, ...]:
    return Policy().name, *shipped_names()


def summary(policy: Policy) -> str:
    """The policy in a line."""
    used = "for some orders" if policy.applies_to else "where it is named"
    rungs = [rung.rung.replace("_", " ") for rung in policy.fallback]
    return (
        f"policy {policy.name}, used {used}: at most {policy.split.max_shipments} shipments, "
        f"{'best' if policy.choose == 'best' else 'in order'} by {', '.join(policy.objectives)}"
        + (f"; else {', '.join(rungs)}" if rungs else "")
    )
