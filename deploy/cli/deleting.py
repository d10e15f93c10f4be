"""`crm tenant delete`: nothing of a company stays in any database, and a receipt says what was.

The stream keeps what was told until it is too old; no event says who a person is. Readers that
have yet to take such events would write copies anew, so all is deleted once more behind them.
"""

import asyncio
import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import typer
from nats.js import JetStreamContext
from nats.js.errors import APIError

from deploy.local.databases import SERVICES
from deploy.local.refusals import NotThere, Refused
from deploy.stream import provisioning
from services.chassis.streams import FAILURES, STREAM

from . import here
from .eventing.applying import StreamSettings
from .eventing.places import run

AT_ONCE = 10_000
READERS_SECONDS = 120.0
MOST_PASSES = 5
SET_TENANT = "SELECT set_config('app.tenant', $1, true)"
SET_DELETING = "SELECT set_config('app.deleting', $1, true)"
"""Audit lines go with their company, and in no other way."""
DELETE = "DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {table} LIMIT $1))"
Counts = dict[str, int]
T = TypeVar("T")


@dataclass(frozen=True)
class Doors:
    """How a company's data are reached: each database as its owner, and the stream."""

    owners: Mapping[str, str]
    nats_url: str
    days: int

    @staticmethod
    def find() -> "Doors":
        """Take those that the environment names, or this checkout's."""
        settings = StreamSettings()
        names = {it: f"{it.upper()}_OWNER_DATABASE_URL" for it in SERVICES}
        said = {it: os.environ[name] for it, name in names.items() if os.environ.get(name)}
        if said and (len(said) < len(SERVICES) or settings.nats_url is None):
            raise Refused(f"say all of {', '.join(names.values())} and NATS_URL, or none")
        found = said or {name: it.owner_url for name, it in here.databases().items()}
        url = settings.nats_url.get_secret_value() if settings.nats_url else here.nats().url
        return Doors(found, url, settings.stream_days)


def delete(tenant: str, *, is_sure: bool, receipt: Path | None) -> None:
    """Delete a company, and write the receipt."""
    file = receipt or Path(f"{tenant}.deleted.json")
    if file.exists():
        raise Refused(f"{file} is there already")
    doors = Doors.find()
    name = _done(_name_of(doors.owners["customers"], tenant))
    if name is None:
        typer.echo(f"no company is called {tenant} any more: what is left of it goes", err=True)
    if not is_sure:
        asked = f"delete {name or tenant} for ever, with all that it has? Type {tenant}"
        if typer.prompt(asked, default="", show_default=False) != tenant:
            raise Refused("nothing was deleted")
    begun = datetime.now(UTC)
    removed, on_the_stream = _done(_delete(doors, tenant))
    if not any(removed.values()):
        raise NotThere(f"there is no company {tenant}, and nothing of one")
    written = _receipt(tenant, name, begun, removed) | {"events_on_the_stream": on_the_stream}
    if on_the_stream:
        gone = datetime.now(UTC) + timedelta(days=doors.days)
        written["the_stream_has_forgotten_them"] = gone.isoformat(timespec="seconds")
    file.write_text(json.dumps(_signed(written), indent=2) + "\n", encoding="utf-8")
    rows = sum(sum(it.values()) for it in removed.values())
    typer.echo(f"{tenant} is deleted: {rows} rows; the receipt is {file}")


def _done(work: Coroutine[Any, Any, T]) -> T:
    """Do it, and say in one sentence why it could not be done; it can be run again."""
    try:
        return run(work)
    except (asyncpg.PostgresError, APIError, *FAILURES) as error:
        told = f"{type(error).__name__} {error}".rstrip()
        raise Refused(f"not all of it was done, run it again: {told}") from None


async def _name_of(owner_url: str, tenant: str) -> str | None:
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            await connection.execute(SET_TENANT, tenant)
            found: str | None = await connection.fetchval("SELECT name FROM company")
            return found
    finally:
        await connection.close()


async def _delete(doors: Doors, tenant: str) -> tuple[dict[str, Counts], int]:
    """Delete until nothing comes any more; give how much went, and what the stream still has."""
    removed: dict[str, Counter[str]] = {it: Counter() for it in SERVICES}
    async with provisioning.administrator(doors.nats_url) as js:
        for number in range(MOST_PASSES):
            found = {it: await _clear(it, doors.owners[it], tenant) for it in SERVICES}
            for service, counts in found.items():
                removed[service].update(counts)
            if number and not any(found.values()):
                told = await js.stream_info(STREAM, subjects_filter=f"crm.{tenant}.>")
                left = sum((told.state.subjects or {}).values())
                return {it: dict(sorted(counts.items())) for it, counts in removed.items()}, left
            await _readers_are_past(js)
    raise Refused(f"something still writes for {tenant}: run it again")


async def _clear(service: str, owner_url: str, tenant: str) -> Counts:
    """Delete all rows of a company in one database; give how many of which table."""
    from services.chassis import migrations  # noqa: PLC0415  # slow to import, and seldom needed

    tables = [it for part in migrations.tables_of(service) for it in part.sorted_tables]
    connection = await asyncpg.connect(owner_url)
    try:
        counts = {it.name: await _empty(connection, it.name, tenant) for it in reversed(tables)}
    finally:
        await connection.close()
    return {table: count for table, count in counts.items() if count}


async def _empty(connection: asyncpg.Connection, table: str, tenant: str) -> int:
    gone = 0
    while True:
        async with connection.transaction():
            await connection.execute(SET_TENANT, tenant)
            await connection.execute(SET_DELETING, tenant)
            told = await connection.execute(DELETE.format(table=table), AT_ONCE)
        count = int(told.split()[-1])
        gone += count
        if count < AT_ONCE:
            return gone


async def _readers_are_past(js: JetStreamContext) -> None:
    """Wait until every reader of ours has taken in what is on the stream now."""
    last = (await js.stream_info(STREAM)).state.last_seq
    ours = {it.name for service in SERVICES for it in provisioning.of_service(service)}
    until = time.monotonic() + READERS_SECONDS
    while True:
        behind = [
            it.name
            for it in await js.consumers_info(STREAM)
            if it.name in ours and _has_yet_to_take(it, last)
        ]
        if not behind:
            return
        if time.monotonic() > until:
            raise Refused(f"{', '.join(sorted(behind))} has not read on: run it again when it has")
        await asyncio.sleep(0.2)


def _has_yet_to_take(reader: Any, last: int) -> bool:
    floor = reader.ack_floor.stream_seq if reader.ack_floor else 0
    return floor < last and bool(reader.num_pending or reader.num_ack_pending)


def _receipt(
    tenant: str, name: str | None, begun: datetime, removed: Mapping[str, Counts]
) -> dict[str, Any]:
    return {
        "tenant": tenant,
        "name": name,
        "begun": begun.isoformat(timespec="seconds"),
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "rows_deleted": removed,
        "rows_left": 0,
    }


def _signed(receipt: dict[str, Any]) -> dict[str, Any]:
    """Add the SHA-256 of the rest, written as sorted JSON without spaces."""
    canonical = json.dumps(receipt, sort_keys=True, separators=(",", ":")).encode()
    return receipt | {"sha256": hashlib.sha256(canonical).hexdigest()}
