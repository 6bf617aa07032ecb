"""Seeded worlds: the real handlers, with everything around them made up and everything going wrong that can.

A seed is a small world (``worlds.py``, ``stories.py``): locations, stock, shoppers, staff, tills. Its functions run as
greenlets that stop at every AWS call (``scheduler.py``), where the seed says who goes on, what time it is, and whether
the call is lost, throttled, cancelled by a conflict or the last thing its function does (``wire.py``). Queues deliver
twice, late and out of order (``services.py``). When the faults stop, everything that is under way must come to an end;
then ``oracle.py`` holds the rows against each other and against what callers were told.

``tests/memory_dynamodb/`` answers as DynamoDB Local does, in microseconds: thousands of worlds
``engines.py``   the same worlds on moto (with the request tokens it lacks) and on DynamoDB Local: the same traces
``mutants.py``   broken handlers, each of which some world must find: a simulation that never fails shows nothing
``crashes.py``   one command at a time (``flows.py``), with every one of its AWS calls failing in every way

``python -m tests.simulation SEED`` tells what happened in a world, call by call.
"""
