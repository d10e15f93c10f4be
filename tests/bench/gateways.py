"""`make bench-gateway`: our gateway beside those of the field, in one run of a public benchmark.

The benchmark is a folder of its own (its subgraphs in Go, the other gateways from npm, `wrk`, and
`bench.py`, which measures). It is built in `.run/bench/gateways`; nothing of it stands here.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from deploy.local import ports, processes
from deploy.local.checkout import ROOT
from tests.bench import report
from tests.proving.transcripts import commit, machine

BUILT = ROOT / ".run" / "bench" / "gateways"
RESULT = ROOT / ".run" / "bench" / "gateways.json"
BEGIN = "<!-- measured: written by make bench-gateway -->"
OURS, APOLLO, HIVE, RUST = "ours", "apollo", "hive", "hive-rr"
PEERS = {APOLLO: "@apollo/gateway", HIVE: "Hive Gateway", RUST: "Hive + Rust planner"}
TARGETS = {
    "big": "≤ 0.4 of @apollo/gateway; 7 requests",
    "medium": "4.4 ms",
    "small": "1.3 ms",
    "big-cold": "37 ms",
    "medium-cold": "–",
}
SUBGRAPHS_PORT = 4210
PATIENCE = 60.0


class Missing(Exception):
    """What it takes is not all here."""


def measured(folder, *, operations, seconds, rounds):
    """Measure each operation with all gateways in turns, and write the tables."""
    require(folder)
    built(folder)
    with subgraphs(), ours() as (url, pid):
        rows = {it: one(it, url, pid, seconds, rounds) for it in operations}
    result = {
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "commit": commit(),
        "machine": machine(),
        "seconds": seconds,
        "rounds": rounds,
        "rows": rows,
    }
    RESULT.write_text(json.dumps(result, indent=1), "utf-8")
    report.put(BEGIN, list(tables(result)))
    return result


def require(folder):
    """Say all at once what is missing."""
    lacking = [it for it in ("go", "node", "npm", "wrk") if shutil.which(it) is None]
    if folder is None or not (folder / "bench.py").is_file():
        lacking.insert(0, "the benchmark's folder (BENCH=folder that holds bench.py)")
    if lacking:
        raise Missing(", ".join(lacking))


def built(folder):
    """Bring the benchmark to a place where it can be built, and build what is not yet."""
    left = shutil.ignore_patterns("node_modules", "*.log")
    shutil.copytree(folder, BUILT, ignore=left, dirs_exist_ok=True)
    if not (BUILT / "bench-subgraphs").exists():
        run("go", "build", "-o", "../bench-subgraphs", ".", folder=BUILT / "subgraphs-go")
    if not (BUILT / "npm" / "node_modules").exists():
        npm = ("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund")
        run(*npm, folder=BUILT / "npm")


def run(*command, folder):
    subprocess.run(command, cwd=folder, check=True)  # commands of this file


@contextmanager
def subgraphs():
    told = {"PORT": str(SUBGRAPHS_PORT), "SCHEMAS": "schemas"}
    with process("subgraphs", "./bench-subgraphs", environment=told):
        wait_for(f"http://127.0.0.1:{SUBGRAPHS_PORT}/health")
        yield


@contextmanager
def ours():
    port = ports.any_free()
    supergraph = str(BUILT / "supergraph.graphql")
    python = (sys.executable, "-m", "deploy.cli")
    command = (*python, "gateway", "--supergraph", supergraph, "--port", str(port))
    with process("ours", *command, environment={"PYTHONPATH": str(ROOT)}) as pid:
        wait_for(f"http://127.0.0.1:{port}/readyz")
        yield f"http://127.0.0.1:{port}/graphql", pid


@contextmanager
def process(name, *command, environment):
    log = BUILT / f"{name}.log"
    started = processes.start(command, log=log, environment=os.environ | environment, folder=BUILT)
    try:
        yield started.pid
    finally:
        started.terminate()
        started.wait()


def wait_for(url):
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):  # one of ours
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def one(operation, url, pid, seconds, rounds):
    """Have the benchmark measure one operation; it asks all in turns, ours as it is running."""
    out = BUILT / f"{operation}.json"
    named = ",".join([*PEERS, f"{OURS}={url}@{pid}"])
    told = ("--gateways", named, "--op", operation, "--connections", "1")
    times = ("--duration", str(seconds), "--warmup", str(max(3, seconds // 2)))
    command = (sys.executable, "bench.py", *told, *times, "--rounds", str(rounds))
    run(*command, "--out", str(out), folder=BUILT)
    return json.loads(out.read_text("utf-8"))


def tables(result):
    yield f"{result['at']}, commit {result['commit']}, {result['machine']}."
    yield (
        f"One connection, {result['rounds']} rounds of {result['seconds']} s in turns, medians;"
        " every answer is held against the expected one. CPU is that of a request, in ms."
    )
    yield ""
    head = (*("operation", "ours"), *PEERS.values(), "ours / Apollo", "ours / Rust", "target")
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for operation, rows in result["rows"].items():
        cpu = {name: median(rows, name, "cpu_ms") for name in (OURS, *PEERS)}
        spent = " | ".join(f"{it:.2f}" for it in cpu.values())
        ratios = " | ".join(f"{cpu[OURS] / cpu[it]:.2f}" for it in (APOLLO, RUST))
        yield f"| {operation} | {spent} | {ratios} | {TARGETS.get(operation, '–')} |"
    yield ""
    yield (
        "| operation: requests to subgraphs; p50 ms; right answers | ours | "
        + " | ".join([*PEERS.values()])
        + " |"
    )
    yield f"|{'---|' * (2 + len(PEERS))}"
    for operation, rows in result["rows"].items():
        told = " | ".join(beside(rows, name) for name in (OURS, *PEERS))
        yield f"| {operation} | {told} |"
    peak = {
        name: max(it["peak_mb"] for rows in result["rows"].values() for it in rows[name])
        for name in (OURS, *PEERS)
    }
    yield f"| most resident memory, MB | {' | '.join(f'{it:.0f}' for it in peak.values())} |"


def beside(rows, name):
    right = all(it["valid"] and not it["bad"] for it in rows[name])
    requests, took = (median(rows, name, it) for it in ("sub_per_req", "p50"))
    return f"{requests:.0f}; {took:.1f}; {'yes' if right else '**no**'}"


def median(rows, name, measure):
    return statistics.median(it[measure] for it in rows[name])


def folder_named(told):
    return Path(told).expanduser().resolve() if told else None
