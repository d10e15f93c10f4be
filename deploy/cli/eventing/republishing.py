"""Filling a stream that was lost from the outboxes, while everything goes on."""

import asyncio
from datetime import UTC, datetime

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy.cli import here
from deploy.local.refusals import Refused
from deploy.stream import grants, provisioning
from services.chassis.republishing import Period, lay_again

from . import applying
from .applying import StreamSettings
from .places import Place, in_a_pod, places, run

RELAYS_LOOK_SECONDS = 3.0
"""By then every relay has looked at its outbox again, and knows what must go first."""


def republish(since: str, until: str | None, service: str | None, aggregate: str | None) -> None:
    period = Period(_instant(since), _instant(until) if until else datetime.now(UTC), aggregate)
    if period.since >= period.until:
        raise Refused("--from is not before --to")
    for name, laid in run(_lay(places(service), period)).items():
        typer.echo(f"{name}: {laid} events go to the stream once more")
    if in_a_pod():
        typer.echo("once all services are through: `crm events apply`, if the stream is gone")
    else:
        applying.run(_see_to_the_stream())


async def _lay(wanted: list[Place], period: Period) -> dict[str, int]:
    async def lay(connection: AsyncConnection, service: str) -> int:
        return await lay_again(connection, service, period)

    laid = {}
    for place in wanted:
        async with place.worker() as connection:
            laid[place.service] = await lay(connection, place.service)
    return laid


async def _see_to_the_stream() -> None:
    """Make a stream that is gone, last: so nothing new comes before what was there."""
    settings = StreamSettings()
    if settings.nats_url is not None:
        url, granted = settings.nats_url.get_secret_value(), dict[str, grants.Grant]()
    else:
        server = here.nats()
        url, granted = server.url, server.grants()
    async with provisioning.administrator(url) as js:
        if not await provisioning.has_stream(js):
            await asyncio.sleep(RELAYS_LOOK_SECONDS)
            durables = provisioning.of_all(granted.values())
            await provisioning.apply(js, settings.limits, durables)
            typer.echo("the stream was gone, and is made")


def _instant(written: str) -> datetime:
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        raise Refused(f"{written} is no instant: write 2026-10-01 or 2026-10-01T09:30") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
