"""What a unit of work tells, put into envelopes: numbered, dated, and traced to its cause."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from services.chassis import outbox, telemetry
from services.chassis.actor import Actor
from services.chassis.differences import Difference
from services.chassis.events import Envelope, Event, data_of
from services.chassis.ids import new_id


class Teller(Protocol):
    """A unit of work, as far as this module knows it."""

    session: AsyncSession
    actor: Actor
    now: datetime
    service: str
    trace: telemetry.Trace
    cause: Envelope | None
    bulk: bool

    @property
    def told(self) -> Sequence[Event]: ...

    @property
    def differences(self) -> Mapping[str, Difference]: ...


async def enveloped(work: Teller) -> list[Envelope]:
    """Put each fact into its envelope, under the next number of its aggregate."""
    reached = await outbox.count(work.session, [it.subject for it in work.told])
    made = []
    for fact in work.told:
        reached[fact.subject] += 1
        made.append(_envelope(work, fact, reached[fact.subject]))
    return made


def _envelope(work: Teller, fact: Event, sequence: int) -> Envelope:
    change = work.differences.get(fact.subject)
    cause = work.cause
    return Envelope(
        id=new_id("evt"),
        type=fact.type,
        source=f"/{work.service}",
        subject=fact.subject,
        time=work.now,
        tenant=work.actor.tenant,
        sequence=sequence,
        actor=work.actor.author,
        onbehalfof=work.actor.id if work.actor.acted_by else None,
        correlationid=cause.correlationid if cause else work.trace.request_id,
        causationid=cause.id if cause else None,
        hops=cause.hops + 1 if cause else 0,
        bulk=work.bulk or bool(cause and cause.bulk),
        traceparent=work.trace.traceparent,
        data=data_of(fact, change.told() if change else {}),
    )
