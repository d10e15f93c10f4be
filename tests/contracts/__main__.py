"""`make release-contracts`: today's graph, events and recordings are what the next is held to.

`python -m tests.contracts [--breaking]`: without the word, what breaks clients is refused.
"""

import json
import sys
from datetime import UTC, datetime

from graphql import print_schema

from deploy.local.checkout import ROOT
from deploy.local.databases import SERVICES
from gateway.supergraph import Supergraph
from services.chassis.contract import RECORDED
from tests.contracts import released

GRAPH = ROOT / "gateway" / "released.graphql"
SUPERGRAPH = ROOT / "gateway" / "supergraph.graphql"


def events_of(service):
    """Give where a service's events stand: today's, and the released ones."""
    folder = ROOT / "services" / service / "contract"
    return folder / "events.json", folder / "released" / "events.json"


def recordings_of(service):
    """Give where a service's recorded events stand: today's, and the released ones."""
    folder = ROOT / "services" / service / "contract"
    return folder / RECORDED, folder / "released" / RECORDED


def graph_today():
    """Give the graph as clients see it, without what is the gateway's own."""
    return print_schema(Supergraph.from_file(SUPERGRAPH).schema) + "\n"


def breaches():
    """Say what of the last release is no longer so."""
    on = datetime.now(UTC).date()
    yield from released.broken(GRAPH.read_text("utf-8"), graph_today(), on=on)
    for service in SERVICES:
        today, before = (json.loads(it.read_text("utf-8")) for it in events_of(service))
        yield from released.unkept(before, today)


def main(arguments):
    """Take today's contracts for the released ones; 1 where that would break clients."""
    found = list(breaches()) if "--breaking" not in arguments else []
    for it in found:
        sys.stderr.write(f"{it}\n")
    if found:
        sys.stderr.write("this breaks clients: BREAKING=1, and a new major version, allow it\n")
        return 1
    GRAPH.write_text(graph_today(), "utf-8")
    for service in SERVICES:
        for today, before in (events_of(service), recordings_of(service)):
            before.parent.mkdir(exist_ok=True)
            before.write_text(today.read_text("utf-8"), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
