"""`make run`: the whole system on this machine, up until Ctrl-C (or, with ONCE=1, until the stories are told)."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

from tests.local import outbox, stories
from tests.local.build import BuildFailed, build
from tests.local.chain import load_chain, location_ids
from tests.local.curls import print_curls
from tests.local.deploy import DeployFailed
from tests.local.emulator import Emulator, EmulatorFailed, PortTaken, ending_on_sigterm, is_taken
from tests.local.environment import stack_on
from tests.local.logs import errors
from tests.local.stack import Stack


def main() -> int:
    port = int(os.environ.get("PORT") or 4566)
    once = os.environ.get("ONCE") == "1"
    try:
        if is_taken(port):  # said now, not after a minute of building
            raise PortTaken(port)
        with ending_on_sigterm(), Emulator(port) as emulator:
            stack = bring_up(emulator)
            try:
                stories.run(stack)
            except AssertionError as error:
                print(f"\nA story did not end as it must: {error}\n{errors(stack)}", file=sys.stderr)
                return 1
            print_curls(stack)
            with outbox.serving(stack, port + 1) as address:
                print(f"\nOutbox        {address}: what stores and customers were told")
                if not once:
                    print("\nUp until Ctrl-C.", flush=True)
                    signal.pause()
    except (BuildFailed, DeployFailed, EmulatorFailed, PortTaken) as error:
        print(error, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        return error.returncode  # the command has said why
    except KeyboardInterrupt:
        print("\nStopped.")
    return 0


def bring_up(emulator: Emulator) -> Stack:
    """Build, deploy, load; each step says how long it took."""
    with step("Build template, functions and layers (the first time a minute)"):
        template = build()
    with step("Deploy template.yaml on the emulator, with IAM enforced"):
        stack = stack_on(emulator, template, location_ids())
    stack.write()
    with step("Load the sample chain"):
        load_chain(stack)
    return stack


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    print(f"{what} ...", flush=True)
    started = time.monotonic()
    yield
    print(f"  {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
