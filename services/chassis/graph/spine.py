"""The event spine in the graph: what waits, who lags, and what did not get through.

The same for every service, under its name: `salesEvents`, `salesDeadLetters`.
"""

from dataclasses import dataclass
from typing import Annotated, Any

import strawberry
from pydantic.alias_generators import to_pascal

from services.chassis import dead_letters, relay
from services.chassis.dead_letters import DeadLetter, DeadLetterReason, DeadLetterStatus
from services.chassis.events import Event
from services.chassis.graph.backfill import Backfilling, Sources, backfill_field
from services.chassis.graph.declare import Info, connection, one, recorded
from services.chassis.graph.making import Part, described, made_field, made_type
from services.chassis.graph.mutate import Command, verb
from services.chassis.graph.request import Request
from services.chassis.graph.selection import selected_by
from services.chassis.graph.shapes import field, shape_of
from services.chassis.permissions import Permission, admit, requires
from services.chassis.reading import Reading
from services.chassis.redacting import redacted_text
from services.chassis.work import Work

described(
    DeadLetterReason,
    "Why an event could not be taken.",
    UNREADABLE="It is no event.",
    INVALID="It does not hold what its reader reads.",
    LOOPED="It is a reaction to too many reactions.",
    REFUSED="What should follow from it was refused.",
    FAILED="What should follow from it failed, for no reason that passes.",
)
described(
    DeadLetterStatus,
    "What becomes of an event that could not be taken.",
    WAITING="It waits for somebody, and its record's later events with it.",
    RETRYING="It is being tried again.",
    RETRIED="It was taken after all.",
    SKIPPED="It was stepped over, for the reason given.",
)


@strawberry.federation.type(shareable=True, description="What is on its way to the stream.")
class EventBacklog:
    waiting: int = strawberry.field(description="How many events, counted up to 100,000.")
    oldest_seconds: float = strawberry.field(description="For how long the oldest has waited.")


@strawberry.federation.type(shareable=True, description="How far a reader of the stream is.")
class EventConsumer:
    name: str = strawberry.field(description="Its durable: reader, service, aggregate.")
    waiting: int = strawberry.field(description="How many events it has not been given yet.")
    unacknowledged: int = strawberry.field(
        description="How many it was given and has not finished: at work, or to be tried again."
    )
    is_there: bool = strawberry.field(description="Whether the stream knows it at all.")


@dataclass(frozen=True)
class Spine:
    """What a service says of its events: its name, and the permissions to look and to mend.

    `audit` is the permission to read who did what.

    `told` has a fact of each aggregate that a reader may begin with: one that says what all do.
    """

    service: str
    read: Permission
    mend: Permission
    audit: Permission
    told: tuple[type[Event], ...] = ()

    @property
    def type_name(self) -> str:
        return to_pascal(self.service)


def dead_letter_type(of: Spine) -> Any:
    """Make the record type, under the service's name."""
    fields: dict[str, Any] = {
        "source": (
            str,
            field("Which aggregates' events it is one of: `customers.customer`."),
        ),
        "aggregate_id": (str, field("Of which record; empty if it does not even say that.")),
        "sequence": (int, field("Which of the record's events it is.")),
        "event_id": (str | None, field("The event's id.")),
        "event_type": (str | None, field("The event's type.")),
        "reason": (DeadLetterReason, field("Why it could not be taken.")),
        "detail": (str, field("What exactly was wrong, without any value.")),
        "body": (str, field("The event, as it came.")),
        "status": (DeadLetterStatus, field("What becomes of it.")),
        "skipped_because": (str | None, field("Why it was skipped.")),
    }
    told = "An event that could not be taken here; its record's later events wait behind it."
    made = recorded(f"{of.type_name}DeadLetter", Reading(DeadLetter, of.read), fields, told)
    shape_of(made).cuts["body"] = redacted_text
    return made


def standing_fields(of: Spine, letter: Any, backfills: Sources) -> dict[str, Any]:
    parts = [
        Part("backlog", EventBacklog, "The company's events that wait for the stream."),
        Part("consumers", list[EventConsumer], "The readers of this service, all companies'."),
        Part("deadLetters", int, "How many events wait for somebody to retry or skip them."),
        Part("parked", int, "How many events wait because of these, they included."),
    ]
    kind = made_type(f"{of.type_name}Events", parts, "How events fare in this service.")
    described = "How events fare in this service: what waits, who lags."
    return {
        f"{of.service}_events": made_field(kind | None, described, [], Standing(kind, of.read)),
        f"{of.service}_events_backfill": backfill_field(Backfilling(of.read, backfills)),
        f"{of.service}_dead_letter": one(letter, "One event that did not get through."),
        f"{of.service}_dead_letters": connection(letter, "The events that did not get through."),
    }


def mending_fields(of: Spine, letter: Any) -> dict[str, Any]:
    retry = "Try an event again, and then those of its record that wait behind it, in order."
    skip = "Step over an event for ever, and let through those that wait behind it."
    return {
        f"retry_{of.service}_dead_letter": verb(letter, _retrying(of), retry),
        f"skip_{of.service}_dead_letter": verb(letter, _skipping(of), skip),
    }


def _retrying(of: Spine) -> Command:
    @requires(of.mend)
    async def retry(work: Work, id: str) -> DeadLetter:
        return await dead_letters.retry(work, id)

    return retry


def _skipping(of: Spine) -> Command:
    @requires(of.mend)
    async def skip(
        work: Work, id: str, *, reason: Annotated[str, "Why it is given up.", 500]
    ) -> DeadLetter:
        return await dead_letters.skip(work, id, reason)

    return skip


@dataclass(frozen=True)
class Standing:
    """Answers how events fare; the stream is asked only by who wants to know of readers."""

    kind: Any
    permission: Permission

    async def __call__(self, _source: Any, info: Info) -> Any:
        request: Request = info.context
        admit(request.actor, self.permission)
        wanted = {it.name for it in selected_by(info).selections()}
        consumers = await request.lags() if "consumers" in wanted else []
        async with request.reader() as reader:
            backlog = await relay.backlog(reader.connection)
            letters = await dead_letters.counted(reader.connection)
        standing = object.__new__(self.kind)
        standing.backlog = EventBacklog(
            waiting=backlog.waiting, oldest_seconds=backlog.oldest_seconds
        )
        standing.consumers, standing.deadLetters, standing.parked = consumers, *letters
        return standing
