"""Serving a graph of anybody's subgraphs from the command line."""

import os
from collections.abc import Mapping
from pathlib import Path

import typer

from deploy.local.refusals import Refused
from gateway import standalone
from gateway.sources import GraphSource, NamedSubgraph


def source(
    supergraph: Path | None, subgraphs: list[str], events: Mapping[str, Path]
) -> GraphSource:
    """Read where the graph comes from: one file, or subgraphs of different names."""
    if (supergraph is None) == (not subgraphs):
        raise Refused("say either --supergraph or --subgraph, once or several times")
    try:
        named = tuple(NamedSubgraph.parse(each) for each in subgraphs)
        named += tuple(NamedSubgraph(name, "nats:", file) for name, file in events.items())
    except ValueError as error:
        raise Refused(str(error)) from None
    if len({each.name for each in named}) < len(named):
        raise Refused("two subgraphs have one name")
    return GraphSource(supergraph, named if subgraphs else ())


def events(told: list[str]) -> dict[str, Path]:
    """Read which subgraphs are fed by a broker's events: `NAME=FILE`, as often as wanted."""
    found = {name: Path(file) for name, equals, file in (it.partition("=") for it in told)}
    if not all(it.partition("=")[2] for it in told) or len(found) < len(told):
        raise Refused("events are named NAME=FILE, each name once")
    return found


def serve(
    graph: GraphSource, listen: str, *, forwards: bool, events: tuple[Mapping[str, Path], str]
) -> None:
    """Serve it; `events` are the files of what a broker feeds, and where that is."""
    secret = os.environ.get("GATEWAY_ADMIN_SECRET", "")
    files, nats_url = events
    options = standalone.Options(graph, listen, forwards, secret, events=files, nats_url=nats_url)
    raise typer.Exit(standalone.run(options))
