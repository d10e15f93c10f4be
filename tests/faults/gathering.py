"""Gathering the evidence of a run: outboxes, stream, readers, records, copies of them."""

from collections import Counter
from importlib import import_module

import asyncpg
import orjson

from deploy.stream import facts
from tests.faults.evidence import Copies, Evidence, Heard, Letter, Reader, Told
from tests.system import outside
from tests.system.outside import SERVICES
from tests.system.test_events import COPIED

VERSIONS = {
    "customers": ("customer",),
    "sales": ("sales_order", "opportunity", "product"),
    "service_desk": ("service_case",),
}
"""Tables whose every change is an event of the record itself."""
COUNTERS = "SELECT aggregate_id, last FROM event_counter"
AUDITED = "SELECT request_id, count(*) AS lines FROM audit_line GROUP BY request_id"
GATES = "SELECT source, aggregate_id, sequence FROM event_gate"
INBOX = "SELECT event_id, handled_at FROM inbox"
LETTERS = "SELECT source, aggregate_id, sequence FROM dead_letter"
PARKED = "SELECT source, aggregate_id, sequence FROM parked_event"
STORY = "SELECT kind, subject, customer_id FROM timeline_entry"


async def gather(world, company, history, made_up, listener):
    """Read it all, once nothing moves any more; `made_up` is what the faults have told."""
    tenant = company.tenant
    told = [_told(it) for it in (await outside.outbox(world, tenant)).values()]
    stream = [
        Heard(it.headers.get("Nats-Msg-Id", ""), it.headers["ce-id"], it.data.decode())
        for it in await outside.heard(world, tenant)
    ]
    return Evidence(
        commands=history.commands,
        told=told,
        counters=await _of_all(world, tenant, COUNTERS),
        pending=sum([await world.pending(it) for it in SERVICES]),
        stream=stream,
        readers=[*[await _reader(world, tenant, it) for it in SERVICES], listener.as_reader()],
        copies=[
            *await _copies(world, tenant),
            await _story(world, tenant, told),
            listener.copies(told, made_up.foreign),
        ],
        audited=await _of_all(world, tenant, AUDITED),
        versions=await _versions(world, tenant),
        before=frozenset(it.id for it in told if it.request not in _tries(history)),
        foreign=frozenset(made_up.foreign),
        poison=tuple(made_up.poison),
    )


def _tries(history):
    return {tried for it in history.commands for tried in it.tries}


def _told(row):
    body = orjson.loads(row["body"])
    return Told(
        id=row["id"],
        type=row["type"],
        subject=row["aggregate_id"],
        sequence=row["sequence"],
        body=row["body"],
        request=body["correlationid"],
        cause=body.get("causationid"),
        data=body["data"],
    )


async def _of_all(world, tenant, statement):
    """Add up what the services say, by the first column."""
    found: Counter[str] = Counter()
    for service in SERVICES:
        for name, count in await world.rows(service, tenant, statement):
            found[name] += count
    return found


async def _versions(world, tenant):
    return {
        row["id"]: row["version"]
        for service, tables in VERSIONS.items()
        for table in tables
        for row in await world.rows(service, tenant, f"SELECT id, version FROM {table}")
    }


async def _reader(world, tenant, service):
    gates, inbox, letters, parked = [
        await world.rows(service, tenant, it) for it in (GATES, INBOX, LETTERS, PARKED)
    ]
    return Reader(
        name=service,
        sources=sources_of(service),
        gates={(it["source"], it["aggregate_id"]): it["sequence"] for it in gates},
        inbox={it["event_id"]: it["handled_at"] for it in inbox},
        letters=[Letter(*it) for it in letters],
        parked=frozenset(tuple(it) for it in parked),
    )


def sources_of(service):
    return [".".join(it) for it in facts.read_by(service)]


async def _story(world, tenant, told):
    """Hold the timeline against the events of which it tells."""
    subscribers = import_module("services.customers.timeline.subscribers")
    kinds = {type for type, _model in subscribers.subscriptions.readers()}
    wanted: Counter[tuple[object, ...]] = Counter(
        (it.type, it.subject, it.data["customerId"])
        for it in told
        if it.type in kinds and it.data.get("customerId")
    )
    rows = await world.rows("customers", tenant, STORY)
    return Copies("customers' timeline", wanted, Counter(tuple(it) for it in rows))


async def _copies(world, tenant):
    found = []
    for what, (asked, copied) in COPIED.items():
        source = _counted(await world.rows("customers", tenant, asked))
        for reader in ("sales", "service_desk"):
            copy = _counted(await world.rows(reader, tenant, copied))
            found.append(Copies(f"{reader}'s copy of {what}", source, copy))
    return found


def _counted(rows):
    return Counter(tuple(map(str, it)) for it in rows)


async def is_drained(world, company, listener):
    """Say whether every event has left its outbox, and every reader has taken or parked it."""
    try:
        told = await outside.outbox(world, company.tenant)
        if told.keys() - set(listener.heard()):
            return False
        if any([await world.pending(it) for it in SERVICES]):
            return False
        counters = await _of_all(world, company.tenant, COUNTERS)
        return all([await _has_caught_up(world, company.tenant, it, counters) for it in SERVICES])
    except (TimeoutError, OSError, asyncpg.PostgresError):
        return False


async def _has_caught_up(world, tenant, service, counters):
    """A gate that is open stands at its counter, and every record that is read has one."""
    gates = await world.rows(service, tenant, f"{GATES} WHERE dead_letter_id IS NULL")
    behind = [it for it in gates if it["sequence"] != counters.get(it["aggregate_id"], 0)]
    if behind:
        return False
    known = {it["aggregate_id"] for it in await world.rows(service, tenant, GATES)}
    wanted = set()
    for source in sources_of(service):
        publisher, aggregate = source.split(".")
        told = (
            f"SELECT DISTINCT aggregate_id FROM event WHERE type LIKE '{publisher}.{aggregate}.%'"
        )
        wanted |= {it["aggregate_id"] for it in await world.rows(publisher, tenant, told)}
    return wanted <= known
