"""`make bench`, `make bench-compare`, `make profile`: run, compare, and look where time goes."""

import argparse
import asyncio
import json
import sys
from pathlib import Path

from tests.bench import load, profiling, report, spine, wire
from tests.bench.operations import OPERATIONS
from tests.bench.ratios import all_ratios
from tests.bench.seeding import TENANT
from tests.bench.world import running

CONNECTIONS = (1, 16)


def main(arguments):
    reader = argparse.ArgumentParser(prog="bench")
    reader.add_argument("deed", choices=["run", "compare", "profile"])
    reader.add_argument("--factor", type=float, default=1, help="of the sizes in targets.md")
    reader.add_argument("--requests", type=int, default=40, help="of each round; there are five")
    reader.add_argument(
        "--base", type=Path, default=report.RESULT, help="a result to compare with"
    )
    reader.add_argument("--op", default="list", help="a part of the operation's name")
    asked = reader.parse_args(arguments)
    if asked.deed == "profile":
        return profiling.profile(asked.factor, asked.op)
    base = json.loads(asked.base.read_text("utf-8")) if asked.deed == "compare" else None
    result = run(asked.factor, asked.requests)
    for line in report.compared(result, base) if base else report.tables(result):
        say(line)
    return 0


def run(factor, requests):
    """Measure all of it on one running system, and write it down."""
    costs = []
    with running(factor) as world:
        for operation in OPERATIONS:
            for connections in CONNECTIONS:
                say(f"{operation.name}, {connections}")
                costs.append(asyncio.run(load.measured(world, operation, connections, requests)))
        ratios = all_ratios(world.databases["sales"].app_url, TENANT)
        ratios.append(wire.measured(world))
        delays = [spine.delays(world, it) for it in CONNECTIONS]
        rates = spine.rates(world)
    return report.written(factor, costs, ratios, (delays, rates))


def say(line):
    print(line, flush=True)  # noqa: T201  # somebody is watching for minutes


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
