"""The words and the help of `crm compose` and `crm gateway`: our graph, and anybody's."""

# ruff: noqa: D301, PLC0415  # click's own mark for lines that stay as they are; as in app.py

from pathlib import Path
from typing import Annotated

import typer

graphs = typer.Typer()


@graphs.command()
def compose(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 when it is stale.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Write to another file.")] = None,
) -> None:
    """Compose the supergraph of the services' schemas.

    The gateway serves it from gateway/supergraph.graphql, which is in git.

    \b
    Examples:
      crm compose
      crm compose --check
    """
    from . import composing

    composing.compose(check=check, out=out)


@graphs.command()
def gateway(  # noqa: PLR0913  # each is a word of the command line
    *,
    supergraph: Annotated[
        Path | None, typer.Option(help="A supergraph file, whoever composed it.")
    ] = None,
    subgraph: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=URL[,sdl=FILE]",
            help="A subgraph to compose; without a file it is asked for its SDL. Repeatable.",
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to listen.")] = 4000,
    forward_authorization: Annotated[
        bool,
        typer.Option(
            "--forward-authorization", help="Send the callers' authorization to all subgraphs."
        ),
    ] = False,
    nats: Annotated[str, typer.Option(metavar="URL", help="The broker of events.")] = "",
    events: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=FILE",
            help="The SDL of a subgraph whose subscriptions that broker feeds. Repeatable.",
        ),
    ] = None,
) -> None:
    """Serve a graph of any Federation 1 or 2 subgraphs, without tokens or services of ours.

    The graph is at /graphql, its probes at /livez and /readyz. SIGHUP reads the graph anew, and so
    does `POST /admin/reload` with the bearer token that GATEWAY_ADMIN_SECRET holds; a graph that
    is of no use leaves the old one serving. Exits with 2 when there is no graph to serve.

    \b
    Examples:
      crm gateway --supergraph supergraph.graphql
      crm gateway --subgraph users=http://localhost:4001/graphql
      crm gateway --subgraph users=http://a/graphql,sdl=users.graphql --host 0.0.0.0 --port 4000
      crm gateway --supergraph all.graphql --events live=live.graphql --nats nats://localhost:4222
    """
    from . import gatewaying

    fed = gatewaying.events(events or [])
    graph = gatewaying.source(supergraph, subgraph or [], fed)
    gatewaying.serve(graph, f"{host}:{port}", forwards=forward_authorization, events=(fed, nats))
