"""How far behind everything is: outboxes behind their services, readers behind the stream."""

import typer
from nats.js import JetStreamContext
from rich.console import Console
from rich.table import Table

from deploy.cli import here
from deploy.stream import provisioning
from services.chassis import relay
from services.chassis.streams import STREAM

from . import applying
from .applying import StreamSettings
from .places import of_each, places, run


def show() -> None:
    settings = StreamSettings()
    url = settings.nats_url.get_secret_value() if settings.nats_url else here.nats().url
    outboxes = Table("outbox", "waiting", "oldest (s)", box=None, pad_edge=False)
    for name, found in run(of_each(places(), relay.backlog)).items():
        outboxes.add_row(name, str(found.waiting), f"{found.oldest_seconds:.1f}")
    readers = Table("reader", "waiting", "unacknowledged", box=None, pad_edge=False)
    applying.run(_ask(url, readers))
    console = Console(highlight=False, soft_wrap=True)
    console.print(outboxes)
    typer.echo()
    console.print(readers)


async def _ask(url: str, table: Table) -> None:
    async with provisioning.administrator(url) as js:
        for it in sorted(await _consumers(js), key=lambda it: it[0]):
            table.add_row(*it)


async def _consumers(js: JetStreamContext) -> list[tuple[str, str, str]]:
    return [
        (str(it.name), str(it.num_pending or 0), str(it.num_ack_pending or 0))
        for it in await js.consumers_info(STREAM)
    ]
