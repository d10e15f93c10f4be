"""Starts the gateway: settings, graph, keys, then the server. `python -m gateway.main`."""

import sys
from types import FrameType
from typing import Any, cast

import uvicorn

from gateway.authentication import Gatekeeper
from gateway.connections import UNIX
from gateway.door import Door
from gateway.event_fields import InvalidEvents
from gateway.events import Events
from gateway.explorer import Explorer
from gateway.metrics import Metrics
from gateway.pipeline import Pipeline
from gateway.settings import GatewaySettings
from gateway.subgraphs import Subgraphs
from gateway.supergraph import InvalidSupergraph, Supergraph
from services.chassis import logs
from services.chassis import settings as chassis_settings
from services.chassis.settings import SettingsError
from services.chassis.tokens import Signer, Verifier

ISSUER = "gateway"
CANNOT_START = 2
KEEP_ALIVE_SECONDS = 75
"""Longer than load balancers keep idle connections: it is they who hang up, not in mid-request."""
PING_SECONDS = 20.0
"""How often a WebSocket's client is asked for a sign of life, and how long it has for it."""


class Server(uvicorn.Server):
    """Stops in order: no longer ready, no new connections, what is in flight is finished.

    Subscriptions end at once: their clients go on elsewhere.
    """

    def __init__(self, config: uvicorn.Config, door: Door) -> None:
        super().__init__(config)
        self.door = door

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.door.close()
        super().handle_exit(sig, frame)


def build(settings: GatewaySettings, supergraph: Supergraph) -> Door:
    """Put the gateway together."""
    verifier = Verifier.from_files(settings.audience, settings.trusted_issuers)
    signer = Signer.from_file(ISSUER, settings.signing_key_file)
    gatekeeper = Gatekeeper(verifier, signer, settings.anonymous_tenant)
    metrics = Metrics()
    urls = {
        name: settings.subgraph_urls.get(name, url)
        for name, url in supergraph.urls.items()
        if name not in settings.event_fields
    }
    subgraphs = Subgraphs(urls, gatekeeper, metrics)
    events = Events.of(settings.event_fields, settings.nats_url, ISSUER)
    pipeline = Pipeline(supergraph, subgraphs, settings, events)
    explorer = Explorer.of(settings) if settings.explorer else None
    return Door(pipeline, gatekeeper, subgraphs, metrics, explorer)


def serve(settings: GatewaySettings, door: Door, app: Any = None) -> None:
    """Serve the door, or what stands before it, until told to stop."""
    config = uvicorn.Config(
        app or door,
        http="httptools",
        loop="uvloop",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=max(1, int(settings.drain_seconds)),
        **websockets(settings),
        **_listening(settings.http_listen),
    )
    Server(config, door).run()


def websockets(settings: GatewaySettings) -> dict[str, Any]:
    """Say how WebSockets are spoken: no compression, which costs each idle client its window."""
    return {
        "ws": "websockets-sansio",
        "ws_max_size": settings.max_body_bytes,
        "ws_per_message_deflate": False,
        "ws_ping_interval": PING_SECONDS,
        "ws_ping_timeout": PING_SECONDS,
    }


def main() -> int:
    """Start, or say in one sentence why not."""
    try:
        settings = cast(GatewaySettings, chassis_settings.read(GatewaySettings))
        supergraph = Supergraph.from_file(settings.supergraph_file)
    except SettingsError as error:
        return _refuse(str(error))
    except InvalidSupergraph as error:
        return _refuse(f"the supergraph file is of no use: {error}")
    logs.set_up(ISSUER, settings.log_level, settings.log_format)
    try:
        door = build(settings, supergraph)
    except InvalidEvents as error:
        return _refuse(str(error))
    except (OSError, ValueError) as error:
        return _refuse(f"a key file is of no use: {error}")
    serve(settings, door)
    return 0


def _listening(told: str) -> dict[str, Any]:
    if told.startswith(UNIX):
        return {"uds": told.removeprefix(UNIX)}
    host, _, port = told.rpartition(":")
    return {"host": host or "127.0.0.1", "port": int(port)}


def _refuse(reason: str) -> int:
    sys.stderr.write(f"the gateway cannot start: {reason.rstrip('.')}.\n")
    return CANNOT_START


if __name__ == "__main__":
    sys.exit(main())
