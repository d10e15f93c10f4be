"""Serving a graph of anybody's subgraphs from the command line."""

import os
from pathlib import Path

import typer

from deploy.local.refusals import Refused
from gateway import standalone
from gateway.sources import GraphSource, NamedSubgraph


def source(supergraph: Path | None, subgraphs: list[str]) -> GraphSource:
    """Read where the graph comes from: one file, or subgraphs of different names."""
    if (supergraph is None) == (not subgraphs):
        raise Refused("say either --supergraph or --subgraph, once or several times")
    try:
        named = tuple(NamedSubgraph.parse(each) for each in subgraphs)
    except ValueError as error:
        raise Refused(str(error)) from None
    if len({each.name for each in named}) < len(named):
        raise Refused("two subgraphs have one name")
    return GraphSource(supergraph, named)


def serve(graph: GraphSource, *, host: str, port: int, forwards: bool) -> None:
    secret = os.environ.get("GATEWAY_ADMIN_SECRET", "")
    options = standalone.Options(graph, f"{host}:{port}", forwards, secret)
    raise typer.Exit(standalone.run(options))
