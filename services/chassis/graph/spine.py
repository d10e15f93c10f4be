"""The event spine in the graph: what waits, who lags, and what did not get through.

The same for every service, under its name: `salesEvents`, `salesDeadLetters`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import strawberry
from pydantic.alias_generators import to_pascal

from services.chassis import dead_letters, relay
from services.chassis.dead_letters import DeadLetter, DeadLetterReason, DeadLetterStatus
from services.chassis.graph.declare import Info, connection, one, page_of, record
from services.chassis.graph.making import Part, described, made_field, made_type
from services.chassis.graph.mutate import uncapitalised, verb
from services.chassis.graph.request import Request
from services.chassis.graph.selection import selected_by
from services.chassis.graph.shapes import field
from services.chassis.graph.types import Record
from services.chassis.permissions import Permission, admit, requires
from services.chassis.reading import Reading
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
    """What a service says of its events: its name, and the permissions to look and to mend."""

    service: str
    read: Permission
    mend: Permission

    @property
    def prefix(self) -> str:
        return to_pascal(self.service)

    def slice(self) -> "SpineSlice":
        """Make its part of a subgraph, as a slice's `graph.py` would write it."""
        letter = self._dead_letter()
        name, field_name = self.prefix, uncapitalised(self.prefix)
        query = {
            f"{field_name}Events": self._standing(),
            f"{field_name}DeadLetter": one(letter, "One event that did not get through."),
            f"{field_name}DeadLetters": connection(letter, "The events that did not get through."),
        }
        retry = "Try an event again, and then those of its record that wait behind it, in order."
        skip = "Step over an event for ever, and let through those that wait behind it."
        mutation = {
            f"retry{name}DeadLetter": verb(letter, self._retry(), retry),
            f"skip{name}DeadLetter": verb(letter, self._skip(), skip),
        }
        kinds: dict[str, Any] = {
            f"{field_name}DeadLetter": letter | None,
            f"{field_name}DeadLetters": page_of(letter),
        }
        return SpineSlice(_type("Query", query, kinds), _type("Mutation", mutation, {}), [letter])

    def _dead_letter(self) -> Any:
        written: Mapping[str, tuple[Any, str]] = {
            "source": (str, "Which aggregates' events it is one of: `customers.customer`."),
            "aggregate_id": (str, "Of which record; empty if it does not even say that."),
            "sequence": (int, "Which of the record's events it is."),
            "event_id": (str | None, "The event's id."),
            "event_type": (str | None, "The event's type."),
            "reason": (DeadLetterReason, "Why it could not be taken."),
            "detail": (str, "What exactly was wrong, without any value."),
            "body": (str, "The event, as it came."),
            "status": (DeadLetterStatus, "What becomes of it."),
            "skipped_because": (str | None, "Why it was skipped."),
        }
        body = {name: field(said) for name, (_kind, said) in written.items()}
        annotations = {name: kind for name, (kind, _said) in written.items()}
        made = type(f"{self.prefix}DeadLetter", (Record,), body | {"__annotations__": annotations})
        told = "An event that could not be taken here; its record's later events wait behind it."
        return record(Reading(DeadLetter, self.read), told)(made)

    def _standing(self) -> Any:
        parts = [
            Part("backlog", EventBacklog, "The company's events that wait for the stream."),
            Part("consumers", list[EventConsumer], "The readers of this service, all companies'."),
            Part("deadLetters", int, "How many events wait for somebody to retry or skip them."),
            Part("parked", int, "How many events wait because of these, they included."),
        ]
        kind = made_type(f"{self.prefix}Events", parts, "How events fare in this service.")
        description = "How events fare in this service: what waits, who lags."
        return made_field(kind | None, description, [], Standing(kind, self.read))

    def _retry(self) -> Any:
        async def retry(work: Work, id: str) -> DeadLetter:
            return await dead_letters.retry(work, id)

        return requires(self.mend)(retry)

    def _skip(self) -> Any:
        async def skip(
            work: Work, id: str, *, reason: Annotated[str, "Why it is given up.", 500]
        ) -> DeadLetter:
            return await dead_letters.skip(work, id, reason)

        return requires(self.mend)(skip)


@dataclass(frozen=True)
class SpineSlice:
    """Like a slice's `graph.py`: what it adds to the service's schema."""

    Query: type
    Mutation: type
    records: list[type]


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


def _type(name: str, fields: Mapping[str, Any], kinds: Mapping[str, Any]) -> type:
    return strawberry.type(type(name, (), {**fields, "__annotations__": {**kinds}}))
