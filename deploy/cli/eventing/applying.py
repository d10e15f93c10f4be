"""Making the stream and the durables, here or on a server that NATS_URL names."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import typer
from nats.js.errors import APIError
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from deploy.cli import here
from deploy.local.refusals import Refused
from deploy.stream import grants as granted
from deploy.stream import provisioning
from deploy.stream.provisioning import GIB, StreamLimits
from services.chassis.streams import FAILURES


class StreamSettings(BaseSettings):
    """How large the stream is, and on how many servers; full, it takes no more."""

    nats_url: SecretStr | None = None
    stream_replicas: int = Field(1, ge=1, le=5)
    stream_max_bytes: int = Field(4 * GIB, ge=1 << 20)
    stream_days: int = Field(14, ge=1, le=365)

    @property
    def limits(self) -> StreamLimits:
        return StreamLimits(self.stream_replicas, self.stream_max_bytes, self.stream_days)


def apply(grants_file: Path | None, *, patience: float) -> None:
    settings = StreamSettings()
    if settings.nats_url is not None:
        url = settings.nats_url.get_secret_value()
        grants = granted.read(grants_file) if grants_file else {}
    else:
        server = here.nats()
        url, grants = server.url, server.grants()
    run(provisioning.apply_at(url, settings.limits, grants.values(), patience))
    durables = provisioning.of_all(grants.values())
    typer.echo(f"the stream is as it should be, with {len(durables)} durables")


def run(work: Coroutine[Any, Any, object]) -> None:
    """Do something with the server, and say in one sentence why it could not be done."""
    try:
        asyncio.run(work)
    except (APIError, *FAILURES) as error:
        raise Refused(f"NATS did not do it: {type(error).__name__} {error}".rstrip()) from None
