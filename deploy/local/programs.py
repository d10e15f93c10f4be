"""The programs of one machine, and what each is told; nobody is told another's secret."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.stream.facts import LIVE
from deploy.stream.rights import GATEWAY

from . import keys, ports
from .databases import SERVICES, Database
from .keys import KeyFiles
from .settings import LocalSettings

SECRETS = {
    "ADMIN_DATABASE_URL",
    "OWNER_DATABASE_URL",
    "WORKER_DATABASE_URL",
    "DATABASE_URL",
    "NATS_URL",
}


@dataclass(frozen=True, slots=True)
class Program:
    """A process of ours: its command, its settings, and where it answers `/readyz`."""

    name: str
    command: tuple[str, ...]
    settings: dict[str, str]
    address: str

    @property
    def environment(self) -> dict[str, str]:
        """Take over the caller's environment, but for what is somebody's secret."""
        inherited = {name: value for name, value in os.environ.items() if name not in SECRETS}
        return {**inherited, "PYTHONUNBUFFERED": "1", **self.settings}


@dataclass(frozen=True, slots=True)
class Ground:
    """What the programs stand on, once both servers are up."""

    databases: Mapping[str, Database]
    nats_urls: Mapping[str, str]
    keys: Mapping[str, KeyFiles]
    sockets: Path


def services(ground: Ground, settings: LocalSettings) -> list[Program]:
    """Name the three services, which listen on sockets: nobody outside has to reach them."""
    return [service(name, ground, settings) for name in SERVICES]


def service(name: str, ground: Ground, settings: LocalSettings) -> Program:
    listen = f"unix:{ground.sockets / name}.http"
    told = {
        "HTTP_LISTEN": listen,
        "GRPC_LISTEN": f"unix:{ground.sockets / name}.grpc",
        "DATABASE_URL": ground.databases[name].app_url,
        "WORKER_DATABASE_URL": ground.databases[name].worker_url,
        "NATS_URL": ground.nats_urls[name],
        "RPC_TARGETS": json.dumps(rpc_targets(name, ground)),
        "AUDIT_ANCHOR_FILE": str(settings.audit_anchor_file),
        **(of_customers(ground, settings) if name == "customers" else {}),
    }
    return program(f"services.{name}.main", told | common(name, ground, settings), name=name)


def of_customers(ground: Ground, settings: LocalSettings) -> dict[str, str]:
    """Tell customers what it alone needs."""
    return {"MAIL_URL": settings.mail, "SEALING_KEY_FILE": str(keys.sealing(ground.keys))}


def rpc_targets(name: str, ground: Ground) -> dict[str, str]:
    """Tell a service where each other one is asked."""
    return {other: f"unix:{ground.sockets / other}.grpc" for other in SERVICES if other != name}


def gateway(ground: Ground, settings: LocalSettings, explorer: Mapping[str, str]) -> Program:
    urls = {name: f"unix:{ground.sockets / name}.http" for name in SERVICES}
    told = {
        "HTTP_LISTEN": f"{ports.HOST}:{settings.gateway_port}",
        "SUPERGRAPH_FILE": str(settings.supergraph_file),
        "SUBGRAPH_URLS": json.dumps(urls),
        "EVENT_FIELDS": json.dumps({"live": str(LIVE)}),
        "NATS_URL": ground.nats_urls[GATEWAY],
        **explorer,
    }
    return program("gateway.main", told | common("gateway", ground, settings), name="gateway")


def common(name: str, ground: Ground, settings: LocalSettings) -> dict[str, str]:
    return {
        "SIGNING_KEY_FILE": str(ground.keys[name].private),
        "TRUSTED_ISSUERS": json.dumps(keys.trusted(name, ground.keys)),
        "LOG_LEVEL": settings.log_level,
        "LOG_FORMAT": "json",
    }


def program(module: str, told: dict[str, str], *, name: str) -> Program:
    return Program(name, (sys.executable, "-m", module), told, told["HTTP_LISTEN"])
