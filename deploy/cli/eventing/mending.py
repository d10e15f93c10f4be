"""What did not get through: listed, shown, tried again, stepped over."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy.local.refusals import NotThere
from services.chassis import dead_letters
from services.chassis.actor import Actor
from services.chassis.work import Work, Works

from .places import Place, of_each, places, run

LETTERS = text("""
    SELECT tenant, id, status, reason, event_type, aggregate_id, created_at
    FROM dead_letter WHERE :all OR status = 'WAITING' ORDER BY created_at, id LIMIT 500
""")
TOLD = ("tenant", "id", "status", "reason", "event_type", "aggregate_id")
LETTER = text("SELECT * FROM dead_letter WHERE id = :id")


def show_list(service: str | None, *, every: bool) -> None:
    async def ask(connection: AsyncConnection) -> list[Row[Any]]:
        return list(await connection.execute(LETTERS, {"all": every}))

    headings = ("service", "company", "id", "status", "reason", "event", "record", "since")
    table = Table(*headings, box=None, pad_edge=False)
    for name, rows in run(of_each(places(service), ask)).items():
        for row in rows:
            told = [str(getattr(row, it) or "") for it in TOLD]
            table.add_row(name, *told, f"{row.created_at:%Y-%m-%d %H:%M:%S}")
    if table.row_count:
        Console(highlight=False, soft_wrap=True).print(table)
    else:
        typer.echo("everything got through")


def show(id: str) -> None:
    async def asked() -> dict[str, Any]:
        place, letter = await _found(id)
        body = letter.pop("body")
        told = {k: str(v) for k, v in letter.items() if v is not None and k != "version"}
        return {"service": place.service, **told, "body": _read(body)}

    typer.echo(json.dumps(run(asked()), indent=2, ensure_ascii=False))


def retry(id: str) -> None:
    async def deed(work: Work) -> None:
        await dead_letters.retry(work, id)

    run(_do(id, deed))
    typer.echo(f"{id} is tried again, and then what waits behind it")


def skip(id: str, reason: str) -> None:
    async def deed(work: Work) -> None:
        await dead_letters.skip(work, id, reason)

    run(_do(id, deed))
    typer.echo(f"{id} is stepped over; what waits behind it comes now")


async def _do(id: str, deed: Callable[[Work], Awaitable[None]]) -> None:
    """Do a deed in the letter's own company, as the system; the audit says so."""
    place, letter = await _found(id)
    actor = Actor.system(letter["tenant"], "maintenance")
    async with place.app() as engine, Works(engine, place.service).begin(actor) as work:
        await deed(work)


async def _found(id: str) -> tuple[Place, dict[str, Any]]:
    for place in places():
        async with place.worker() as connection:
            row = (await connection.execute(LETTER, {"id": id})).one_or_none()
        if row is not None:
            return place, dict(row._mapping)  # noqa: SLF001  # its public name for this
    raise NotThere(f"there is no dead letter {id}: `crm events dead list --all` shows all")


def _read(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body
