"""Who outside may read what: granted, listed, and taken away again."""

from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from deploy.cli import here
from deploy.local.nats import Nats
from deploy.local.refusals import NotThere, Refused
from deploy.stream import grants, provisioning, rights
from deploy.stream.grants import CannotGrant, Grant
from services.chassis.streams import STREAM, inbox_of

from . import applying, rendering

TO_DO = """\
{folder}/users.conf and {folder}/migrate/grants.json know {name} now. Then:
  - put a password, a letter first, into the secret `nats-grants` under the key {variable}
  - let both files take the place of the base's (deploy/README.md shows the two lines)
  - apply the overlay, restart NATS, and run the stream's job, which makes the durable
It signs in as {name}, with the inbox prefix {inbox}, to the durable {name} of {stream}."""


def grant(name: str, aggregates: str, tenant: str, overlay: Path | None) -> None:
    try:
        made = Grant.of(name, aggregates, tenant)
    except CannotGrant as refusal:
        raise Refused(str(refusal)) from None
    if overlay is not None:
        kept = grants.read(rendering.grants_file(overlay))
        rendering.write(overlay, {**kept, name: made})
        typer.echo(_to_do(overlay, name))
        return
    typer.echo(let_in(here.nats(), made))


def let_in(server: Nats, made: Grant) -> str:
    """Make a grant good on a server that runs; give the address to sign in with."""
    server.keep_grants({**server.grants(), made.name: made})
    applying.run(_make_durable(server, made))
    server.reload()
    return server.url_of(made.name)


def revoke(name: str, overlay: Path | None) -> None:
    server = None if overlay else here.nats()
    kept = grants.read(rendering.grants_file(overlay)) if overlay else here.nats().grants()
    if name not in kept:
        raise NotThere(f"nothing was granted to {name}: `crm events grants` shows to whom")
    del kept[name]
    if overlay is not None:
        rendering.write(overlay, kept)
        typer.echo(f"apply the overlay, then remove the durable {name} of {STREAM}")
    elif server is not None:
        server.keep_grants(kept)
        server.reload()
        server.forget(name)
        applying.run(_remove_durable(server, name))
        typer.echo(f"{name} may read nothing any more")


def show(overlay: Path | None) -> None:
    kept = grants.read(rendering.grants_file(overlay)) if overlay else here.nats().grants()
    table = Table("name", "company", "aggregates", box=None, pad_edge=False)
    for it in kept.values():
        tenant = "all" if it.tenant == grants.EVERY_TENANT else it.tenant
        table.add_row(it.name, tenant, ", ".join(it.aggregates))
    Console(highlight=False, soft_wrap=True).print(table)


async def _make_durable(server: Nats, made: Grant) -> None:
    async with provisioning.administrator(server.url) as js:
        await js.add_consumer(STREAM, provisioning.of_grant(made).configuration())


async def _remove_durable(server: Nats, name: str) -> None:
    async with provisioning.administrator(server.url) as js:
        await provisioning.remove_durable(js, name)


def _to_do(overlay: Path, name: str) -> str:
    return TO_DO.format(
        folder=overlay,
        name=name,
        variable=rights.variable(name),
        inbox=inbox_of(name),
        stream=STREAM,
    )
