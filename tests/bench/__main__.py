"""`make bench` and its like: run, compare, look where time goes, and stand beside others."""

import argparse
import asyncio
import json
import sys
from pathlib import Path

from tests.bench import gateways, load, profiling, report, spine, wire
from tests.bench.operations import OPERATIONS
from tests.bench.ratios import all_ratios
from tests.bench.seeding import TENANT
from tests.bench.world import running

CONNECTIONS = (1, 16)


def main(arguments):
    reader = argparse.ArgumentParser(prog="bench")
    reader.add_argument("deed", choices=["run", "compare", "profile", "gateways"])
    reader.add_argument("--factor", type=float, default=1, help="of the sizes in targets.md")
    reader.add_argument("--requests", type=int, default=40, help="of each round; there are five")
    reader.add_argument(
        "--base", type=Path, default=report.RESULT, help="a result to compare with"
    )
    reader.add_argument("--op", default="list", help="a part of the operation's name")
    reader.add_argument("--folder", default="", help="of the benchmark of gateways")
    reader.add_argument(
        "--ops", default=",".join(gateways.TARGETS), help="which of its operations"
    )
    reader.add_argument("--seconds", type=int, default=12, help="of each of its rounds")
    reader.add_argument("--rounds", type=int, default=5)
    asked = reader.parse_args(arguments)
    if asked.deed == "gateways":
        return beside(asked)
    if asked.deed == "profile":
        return profiling.profile(asked.factor, asked.op)
    base = json.loads(asked.base.read_text("utf-8")) if asked.deed == "compare" else None
    result = run(asked.factor, asked.requests)
    for line in report.compared(result, base) if base else report.tables(result):
        say(line)
    return 0


def beside(asked):
    """Measure our gateway beside others, or say loudly what is missing for it."""
    folder, operations = gateways.folder_named(asked.folder), asked.ops.split(",")
    times = {"seconds": asked.seconds, "rounds": asked.rounds}
    try:
        result = gateways.measured(folder, operations=operations, **times)
    except gateways.Missing as lacking:
        sys.stderr.write(f"SKIP bench-gateway: this is missing: {lacking}\n")
        return 0
    for line in gateways.tables(result):
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
