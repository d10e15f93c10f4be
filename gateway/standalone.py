"""The gateway in front of anybody's subgraphs: no tokens and no services of ours."""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gateway import main
from gateway.authentication import Caller, Gatekeeper, Headers
from gateway.door import Door
from gateway.event_fields import InvalidEvents
from gateway.events import Events
from gateway.explorer import Explorer
from gateway.metrics import Metrics
from gateway.pipeline import Pipeline
from gateway.reloading import Reloading
from gateway.settings import GatewaySettings
from gateway.sources import GraphSource, NoGraph
from gateway.subgraphs import Subgraphs
from gateway.supergraph import Supergraph
from services.chassis import logs
from services.chassis.tokens import Signer, Verifier, new_key


class OpenGatekeeper(Gatekeeper):
    """Lets everybody in. Who calls is the subgraphs' to know, if credentials are forwarded."""

    def __init__(self, *, forwards: bool) -> None:
        nobody = Signer(main.ISSUER, new_key())
        super().__init__(Verifier("", {}), nobody, "")
        self.forwards = forwards

    def identify(self, authorization: str) -> Caller:
        return Caller(authorization if self.forwards else "", self.anonymous.identity)

    def credentials(self, caller: Caller, audience: str, *, lasting: bool = False) -> Headers:
        return {"authorization": caller.token} if caller.token else {}


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    source: GraphSource
    listen: str
    forwards: bool = False
    admin_secret: str = ""
    explorer: bool = True
    events: Mapping[str, Path] = field(default_factory=dict)
    """Subgraph name to the SDL of what the broker's events feed."""
    nats_url: str = ""


def build(options: Options, supergraph: Supergraph) -> Reloading:
    """Put a gateway together that can be told to read its graph anew."""
    nowhere = Path("/nonexistent")
    settings = GatewaySettings(
        http_listen=options.listen,
        supergraph_file=options.source.supergraph or nowhere,
        signing_key_file=nowhere,
        trusted_issuers={},
        explorer=options.explorer,
        log_format="console",
    )
    gatekeeper, metrics = OpenGatekeeper(forwards=options.forwards), Metrics()
    asked = {name: it for name, it in supergraph.urls.items() if name not in options.events}
    subgraphs = Subgraphs(asked, gatekeeper, metrics)
    events = Events.of(options.events, options.nats_url, main.ISSUER)
    pipeline = Pipeline(supergraph, subgraphs, settings, events)
    explorer = Explorer.of(settings) if options.explorer else None
    door = Door(pipeline, gatekeeper, subgraphs, metrics, explorer)
    return Reloading(door, options.source, options.admin_secret)


def run(options: Options) -> int:
    """Serve until told to stop, or say why there is nothing to serve."""
    try:
        supergraph = asyncio.run(options.source.read())
    except NoGraph as error:
        sys.stderr.write("".join(f"{each}\n" for each in error.reasons))
        return main.CANNOT_START
    try:
        app = build(options, supergraph)
    except InvalidEvents as error:
        sys.stderr.write(f"{error}\n")
        return main.CANNOT_START
    settings = app.door.pipeline.settings
    logs.set_up(main.ISSUER, settings.log_level, settings.log_format)
    main.serve(settings, app.door, app)
    return 0
