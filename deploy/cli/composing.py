"""Making the gateway's supergraph file from the services' schemas."""

from pathlib import Path

import typer

from deploy.local.checkout import ROOT
from deploy.local.databases import SERVICES
from deploy.local.refusals import NotThere, Refused
from deploy.stream.facts import LIVE
from gateway.composition import CompositionFailed, SubgraphSource
from gateway.composition import compose as composed

SERVICES_FOLDER = ROOT / "services"
SUPERGRAPH = ROOT / "gateway" / "supergraph.graphql"


def compose(*, check: bool, out: Path | None, services: Path = SERVICES_FOLDER) -> None:
    file = out or SUPERGRAPH
    text = supergraph(services)
    fresh = file.exists() and file.read_text() == text
    if check and not fresh:
        raise Refused(f"{file} is stale: `crm compose` writes it anew")
    if not fresh:
        file.write_text(text)
    typer.echo(f"{file} {'is fresh' if fresh else 'is written'}")


def supergraph(services: Path) -> str:
    sources = {name: source(name, services) for name in SERVICES}
    sources["live"] = SubgraphSource(url="nats://live", sdl=LIVE.read_text())  # nobody serves it
    try:
        return composed(sources, strict_inputs=True)
    except CompositionFailed as failure:
        raise Refused(f"the schemas do not compose:\n{failure}") from None


def source(name: str, services: Path) -> SubgraphSource:
    """Read a schema; its URL is a name only, for where it runs is the gateway's setting."""
    file = services / name / "contract" / "schema.graphql"
    if not file.exists():
        raise NotThere(f"{file} does not exist: `make contracts` writes it")
    return SubgraphSource(url=f"http://{name}/graphql", sdl=file.read_text())
