"""``fulfillment letters``: what lies in the dead letters and why, and doing it again.

Exit codes: 0 done, or nothing to do; 1 some of it could not be done; 2 the command cannot start, or cannot ask AWS.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection, Mapping

from botocore.exceptions import BotoCoreError, ClientError

from fulfillment.application.redrive_letters import NotPublished, Redriven, Wanted, look_at, redrive
from fulfillment.cli import letter_queues, letters_text
from fulfillment.cli.letter_queues import Queue, Stack, Unusable

DONE, NOT_ALL_DONE, WRONG = 0, 1, 2
MOST = 1_000  # the first thousand show what is wrong; doing it again is one command more
AWS_TROUBLE = (BotoCoreError, ClientError)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``list`` or ``redrive``."""
    parser.description = (
        "Dead letters are work: list them with their reasons, and redrive them once the cause is gone. Redriving is "
        "safe to repeat, and to break off anywhere. Exit codes: 0 done, or nothing to do; 1 some of it could not be "
        "done; 2 the command cannot start, or cannot ask AWS."
    )
    actions = parser.add_subparsers(dest="action", metavar="action", required=True)
    shown = actions.add_parser("list", help="what lies there, why, since when, and what it is about")
    shown.add_argument("--queue", action="append", metavar="X", help="only this one: intake, stock-feed, …")
    shown.add_argument("--json", action="store_true", help="for a program")
    again = actions.add_parser("redrive", help="do it again, and take it out of the dead letters")
    again.add_argument("--queue", required=True, metavar="X", help="of which queue: intake, stock-feed, …")
    again.add_argument("--reason", metavar="CODE", help="only what has this reason, as `list` shows it")
    again.add_argument("--order-id", metavar="ID", help="only what is about this order")
    again.add_argument("--id", metavar="ID", help="only this letter")
    again.add_argument("--dry-run", action="store_true", help="say which, and do nothing")
    for action in (shown, again):
        action.add_argument(
            "--most", type=_whole, default=MOST, metavar="N", help=f"at most so many of a queue ({MOST:,})"
        )
        letter_queues.add_arguments(action)


def run(arguments: argparse.Namespace) -> int:
    """List, or redrive."""
    try:
        stack = letter_queues.stack_of(arguments)
        asked = [arguments.queue] if isinstance(arguments.queue, str) else arguments.queue
        queues = _named(stack.queues(), asked)
        if arguments.action == "list":
            return _list(stack, queues, arguments.most, as_json=arguments.json)
        return _redrive(stack, queues[0], arguments)
    except Unusable as error:
        print(error, file=sys.stderr)
        return WRONG
    except (*AWS_TROUBLE, ValueError) as error:  # ValueError: an address that is none
        print(f"AWS did not do it: {str(error)[:500]}", file=sys.stderr)
        return WRONG


def _named(queues: Mapping[str, Queue], asked: Collection[str] | None) -> list[Queue]:
    if unknown := set(asked or ()) - queues.keys():
        raise Unusable(f"--queue: no {', '.join(sorted(unknown))}, but {', '.join(queues)}")
    return [queue for name, queue in queues.items() if not asked or name in asked]


def _list(stack: Stack, queues: list[Queue], most: int, *, as_json: bool) -> int:
    documents = []
    for queue in queues:
        box = stack.box(queue)
        there, now = box.there_now()
        letters = look_at(box, Wanted(), most)
        if as_json:
            documents.append(letters_text.document(queue.name, there, letters))
        else:
            print("\n".join(letters_text.lines(queue.name, there, letters, now)))
    if as_json:
        print(json.dumps({"queues": documents}, indent=1))
    return DONE


def _redrive(stack: Stack, queue: Queue, arguments: argparse.Namespace) -> int:
    box, way = stack.box(queue), stack.way(queue)
    wanted = Wanted(arguments.reason, arguments.order_id, arguments.id)
    _there, now = box.there_now()
    if arguments.dry_run:
        letters = look_at(box, wanted, arguments.most)
        for letter in letters:
            print(letters_text.line(letter, now))
        print(f"{queue.name}: {len(letters)} would be redriven; nothing was done.")
        return DONE
    result = Redriven()
    try:
        redrive(box, way, wanted, arguments.most, now, result)
    except (NotPublished, *AWS_TROUBLE) as error:
        print(f"Broken off: {str(error)[:500]} Doing it again is safe.", file=sys.stderr)
        return NOT_ALL_DONE
    finally:
        print(letters_text.outcome(queue.name, result))
    for letter, fault in result.faults:
        print(f"stays: {letter.letter_id}: {fault}", file=sys.stderr)
    return NOT_ALL_DONE if result.faults else DONE


def _whole(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number
