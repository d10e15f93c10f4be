"""Rebuilding a slice's projection from its sources' outboxes, and comparing or swapping it."""

import importlib
import json
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import typer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.cli import here
from deploy.local.checkout import ROOT
from deploy.local.databases import SERVICES
from deploy.local.refusals import NotThere, Refused
from services.chassis import rebuilding
from services.chassis.database import connect
from services.chassis.declaring import Subscriptions
from services.chassis.migrations import FOUNDATION
from services.chassis.rebuilding import SCHEMA, Compared, HistoryMissing, Rebuilding

from .places import run

SHOWN = 5
ALONE = text("SELECT pg_try_advisory_lock(hashtext('rebuild'))")


def rebuild(name: str, *, swap: bool) -> None:
    subscriptions = _declared(name)
    try:
        compared = run(_rebuild(subscriptions, swap=swap))
    except HistoryMissing as missing:
        raise Refused(str(missing)) from None
    differ = [it for it in compared if not it.is_alike]
    for it in differ:
        _tell(it)
    alike = sum(it.alike for it in compared)
    typer.echo(f"{name}: {alike} rows of {len(compared)} companies are as their events say")
    if differ and swap:
        typer.echo("the rows of the others are replaced")
    elif differ:
        typer.echo("the others are not: --swap replaces them")
        raise typer.Exit(1)


async def _rebuild(subscriptions: Subscriptions, *, swap: bool) -> list[Compared]:
    async with _doors(subscriptions) as (work, worker):
        compared = []
        for tenant in await work.tenants(worker):
            found = await work.compare(tenant)
            compared.append(found)
            if swap and not found.is_alike:
                await work.swap(tenant)
        return compared


@asynccontextmanager
async def _doors(subscriptions: Subscriptions) -> AsyncIterator[tuple[Rebuilding, AsyncEngine]]:
    """Open what a rebuild needs: the service's three roles, and its sources' outboxes."""
    urls = _urls(subscriptions.reader)
    outboxes = _outbox_urls()
    async with AsyncExitStack() as stack:

        def opened(url: str, schema: str = "public") -> AsyncEngine:
            engine = connect(url, pool_size=2, name="crm events rebuild", schema=schema)
            stack.push_async_callback(engine.dispose)
            return engine

        owner, app, worker = (opened(url) for url in urls)
        await stack.enter_async_context(_alone(owner))
        await rebuilding.make_shadow(owner, subscriptions, FOUNDATION)
        stack.push_async_callback(rebuilding.drop_shadow, owner)
        sources = {it: opened(outboxes[it]) for it in {it for it, _ in subscriptions.sources()}}
        yield Rebuilding(subscriptions, app, opened(urls[1], SCHEMA), sources), worker


@asynccontextmanager
async def _alone(owner: AsyncEngine) -> AsyncIterator[None]:
    """Let nobody else rebuild here meanwhile: the new tables have one place."""
    async with owner.connect() as raw:
        connection = await raw.execution_options(isolation_level="AUTOCOMMIT")
        if not await connection.scalar(ALONE):
            raise Refused("somebody rebuilds in this database already")
        yield


def _urls(service: str) -> tuple[str, str, str]:
    names = ("OWNER_DATABASE_URL", "DATABASE_URL", "WORKER_DATABASE_URL")
    if all(os.environ.get(it) for it in names):
        owner, app, worker = (os.environ[it] for it in names)
        return owner, app, worker
    database = here.databases()[service]
    return database.owner_url, database.app_url, database.worker_url


def _outbox_urls() -> dict[str, str]:
    """Say where the sources' workers find their outboxes; `OUTBOX_URLS` is JSON by service."""
    if written := os.environ.get("OUTBOX_URLS"):
        urls: dict[str, str] = json.loads(written)
        return urls
    return {name: it.worker_url for name, it in here.databases().items()}


def _declared(name: str) -> Subscriptions:
    service, _, part = name.replace("-", "_").partition(".")
    known = [f"{it}.{part}" for it in SERVICES for part in _parts_of(it)]
    if f"{service}.{part}" not in known:
        raise NotThere(f"there is no projection {name}: there are {', '.join(sorted(known))}")
    return _subscriptions(service, part)


def _parts_of(service: str) -> list[str]:
    folder = ROOT / "services" / service
    parts = sorted(it.parent.name for it in folder.glob("*/subscribers.py"))
    return [it for it in parts if _subscriptions(service, it).projections]


def _subscriptions(service: str, part: str) -> Subscriptions:
    module = importlib.import_module(f"services.{service}.{part}.subscribers")
    found: Subscriptions = module.subscriptions
    return found


def _tell(found: Compared) -> None:
    typer.echo(f"{found.tenant}: only live {len(found.only_live)}, ", nl=False)
    typer.echo(f"only rebuilt {len(found.only_rebuilt)}")
    for sign, rows in (("-", found.only_live), ("+", found.only_rebuilt)):
        for row in rows[:SHOWN]:
            typer.echo(f"  {sign} {row}")
