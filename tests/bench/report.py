"""What was measured, as a file to compare with and as a page to read."""

import json
from dataclasses import asdict
from datetime import UTC, datetime

from deploy.local.checkout import ROOT
from tests.proving.transcripts import commit, machine

PAGE, RESULT = ROOT / "docs" / "benchmarks.md", ROOT / ".run" / "bench" / "result.json"
HEAD = (
    *("operation", "connections", "p50 ms", "p95 ms", "p99 ms", "target p95"),
    *("CPU ms: gateway", "services", "PostgreSQL", "SQL", "bytes"),
)
BEGIN, END = "<!-- measured: written by make bench -->", "<!-- end of what was measured -->"


def written(factor, costs, ratios, events):
    """Write the result, and put its tables into the page between the two marks.

    `events` are the delays of events, and their rates.
    """
    delays, rates = events
    result = {
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "commit": commit(),
        "machine": machine(),
        "factor": factor,
        "costs": [asdict(it) for it in costs],
        "ratios": [asdict(it) | {"value": it.value} for it in ratios],
        "delays": [asdict(it) for it in delays],
        "rates": [asdict(it) for it in rates],
    }
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1), "utf-8")
    put(BEGIN, tables(result))
    return result


def put(begin, lines):
    """Write lines into the page, from a mark to the next end."""
    head, _, rest = PAGE.read_text("utf-8").partition(begin)
    tail = rest.partition(END)[2]
    told = "\n".join(lines)
    PAGE.write_text(f"{head}{begin}\n\n{told}\n\n{END}{tail}", "utf-8")


def tables(result):
    yield f"{result['at']}, commit {result['commit']}, {result['machine']}."
    yield f"Sizes of targets.md × {result['factor']:g}."
    yield ""
    yield f"| {' | '.join(HEAD)} |"
    yield f"|{'---|' * len(HEAD)}"
    for it in result["costs"]:
        cpu = it["cpu"]
        services = sum(v for k, v in cpu.items() if k not in ("gateway", "postgres", "nats"))
        yield (
            f"| {it['operation']} | {it['connections']} | {it['p50']:.1f} | {it['p95']:.1f}"
            f" | {it['p99']:.1f} | {it['target']} | {cpu['gateway']:.1f} | {services:.1f}"
            f" | {cpu['postgres']:.1f} | {it['statements']:.1f} | {it['bytes']} |"
        )
    yield ""
    yield "| in one process, in turns | ours, CPU ms | the other, CPU ms | ratio | target |"
    yield "|---|---|---|---|---|"
    for it in result["ratios"]:
        yield (
            f"| {it['what']} | {it['ours']:.2f} | {it['theirs']:.2f}"
            f" | {it['of']} = {it['value']:.1f} | {it['target']} |"
        )
    yield from _of_events(result)


def _of_events(result):
    yield ""
    yield "| events a second, in turns | ours | the stream alone | ratio | target |"
    yield "|---|---|---|---|---|"
    for it in result["rates"]:
        ratio = it["ours"] / it["theirs"]
        yield (
            f"| {it['what']} | {it['ours']:.0f} | {it['theirs']:.0f} | {ratio:.2f}"
            f" | {it['target']} |"
        )
    yield ""
    yield "| deed begun → event with a subscriber | median ms | p99 ms | target |"
    yield "|---|---|---|---|"
    for it in result["delays"]:
        yield (
            f"| {it['connections']} connections | {it['p50']:.0f} | {it['p99']:.0f}"
            " | p99 500, typical 20 |"
        )


def compared(result, other):
    """Say how two results differ: CPU of all processes for each operation, and the ratios."""
    yield f"{other['commit']} → {result['commit']}"
    before = {(it["operation"], it["connections"]): it for it in other["costs"]}
    for it in result["costs"]:
        was = before.get((it["operation"], it["connections"]))
        if was is not None:
            spent, spent_before = (sum(each["cpu"].values()) for each in (it, was))
            yield (
                f"{it['operation']}, {it['connections']} connections: CPU {spent_before:.1f} →"
                f" {spent:.1f} ms ({spent / spent_before:.2f}), SQL {was['statements']:.1f} →"
                f" {it['statements']:.1f}"
            )
    before = {it["what"]: it for it in other["ratios"]}
    for it in result["ratios"]:
        if it["what"] in before:
            was = before[it["what"]]["value"]
            yield f"{it['what']}, {it['of']}: {was:.1f} → {it['value']:.1f}"
