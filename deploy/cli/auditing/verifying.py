"""Verifying the chains of audit lines, here or in a database that WORKER_DATABASE_URL names."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import typer

from deploy.cli import here
from deploy.local.refusals import Refused
from services.chassis.anchoring import Anchor, Anchors, AnchorsUnreadable
from services.chassis.clock import utc_now
from services.chassis.database import connect
from services.chassis.verifying import Verdict, verified

Found = Mapping[str, list[Verdict]]


def verify(service: str | None, tenant: str | None, file: Path | None) -> None:
    found = _found(service, tenant, file)
    for name, verdicts in found.items():
        for it in verdicts:
            typer.echo(f"{name} {it.tenant}: {_told(it)}")
    if flawed := [it for verdicts in found.values() for it in verdicts if it.flaw]:
        raise Refused(f"{len(flawed)} of these chains are not what was written")


def anchor(file: Path, service: str | None, tenant: str | None) -> None:
    """Anchor what is found good, held against the anchors that are there."""
    found = _found(service, tenant, file if file.exists() else None)
    good = [(name, it) for name, verdicts in found.items() for it in verdicts if not it.flaw]
    now = utc_now()
    made = [Anchor(name, it.tenant, it.lines, it.hash, now) for name, it in good if it.lines]
    Anchors(file).add(made)
    typer.echo(f"{len(made)} chains are anchored in {file}")
    if len(good) < sum(map(len, found.values())):
        raise Refused("some chains are not what was written: `crm audit verify` names the lines")


def _found(service: str | None, tenant: str | None, file: Path | None) -> Found:
    anchors = Anchors(file) if file else None
    workers = here.addresses(service, "WORKER_DATABASE_URL", lambda it: it.worker_url)
    try:
        return {
            name: asyncio.run(_verdicts(name, url, tenant, anchors))
            for name, url in workers.items()
        }
    except (AnchorsUnreadable, OSError) as error:
        raise Refused(str(error)) from None


async def _verdicts(
    name: str, url: str, tenant: str | None, anchors: Anchors | None
) -> list[Verdict]:
    engine = connect(url, name=f"{name} audit", pooled=False)
    try:
        return [it async for it in verified(engine, name, tenant=tenant, anchors=anchors)]
    finally:
        await engine.dispose()


def _told(it: Verdict) -> str:
    if it.flaw:
        return it.flaw
    waiting = f", {it.waiting} wait for their places" if it.waiting else ""
    return f"{it.lines} lines as they were written{waiting}"
