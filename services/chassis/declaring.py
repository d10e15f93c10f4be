"""Declaring: which handlers a service has for which events of others; each slice says its own."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from services.chassis.database import Entity
from services.chassis.events import Envelope, Event
from services.chassis.work import Work

Handler = Callable[[Any, Any], Awaitable[None]]
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True, slots=True)
class Subscription:
    """A handler, and the part of an event that it reads."""

    model: type[Event]
    handler: Handler

    async def handle(self, work: Work, envelope: Envelope) -> None:
        await self.handler(work, self.model.model_validate(envelope.data))


class Subscriptions:
    """What one reader does about which events; each slice declares its own."""

    def __init__(self, reader: str, projections: Sequence[type[Entity]] = ()) -> None:
        """Name the tables, if any, that hold nothing but what these events say."""
        self.reader = reader
        self.projections = projections
        self.declared: list[Subscription] = []

    def on(self, *models: type[Event]) -> Callable[[H], H]:
        """Call a handler, `async def when_…(work, event)`, for events of these types.

        Its work is the one in which the event is noted as handled: both happen, or neither.
        """

        def declare(handler: H) -> H:
            self.declared += [Subscription(model, handler) for model in models]
            return handler

        return declare

    def keep(self, projection: type[Entity], *models: type[Event]) -> None:
        """Keep a copy of the record that these events are of: all that the models name of it."""

        @self.on(*models)
        async def kept(work: Work, event: Event) -> None:
            values = event.model_dump(exclude={f"{event.aggregate()}_id"})
            await work.keep(projection, event.subject, **values)

    def drop(self, projection: type[Entity], *models: type[Event]) -> None:
        """Drop the copy of a record that is no more."""

        @self.on(*models)
        async def dropped(work: Work, event: Event) -> None:
            await work.drop(projection, event.subject)

    def end_session(self, projection: type[Any], *models: type[Event]) -> None:
        """Believe no token of a session that is over; the copy is `Staying`."""

        @self.on(*models)
        async def ended(work: Work, event: Any) -> None:
            for it in (await work.all(projection, [event.subject])).values():
                it.end_session(event.session_id, at=work.told_at)
                it.sequence = work.heard.sequence

    @staticmethod
    def joined(reader: str, several: Iterable["Subscriptions"]) -> "Subscriptions":
        """Make one of what the slices declare; their handlers run in the order given."""
        joined = Subscriptions(reader)
        for it in several:
            if it.reader != reader:
                raise ValueError(f"{it.reader} does not read for {reader}")
            joined.declared += it.declared
        return joined

    def readers(self) -> list[tuple[str, type[Event]]]:
        """Tell which types are read, by which models: the reader's half of the contract."""
        return [(it.model.type, it.model) for it in self.declared]

    def sources(self) -> list[tuple[str, str]]:
        """Tell of which services' aggregates something is read."""
        return sorted({(it.model.service(), it.model.aggregate()) for it in self.declared})

    def of(self, type: str) -> list[Subscription]:
        return [it for it in self.declared if it.model.type == type]
