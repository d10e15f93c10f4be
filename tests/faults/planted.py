"""Planted bugs: each breaks one promise of the chassis, so that the checker is seen to see it."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import text

from services.chassis import idempotency, inbox
from services.chassis.inbox import Verdict
from services.chassis.publishing import Outgoing, publish
from services.chassis.relay import PENDING, ROUND, Relay, in_sequence
from services.chassis.subscriptions import Subscriber
from services.chassis.work import Work

SHARE = 0.05
"""How many of those that might be struck are."""


@dataclass(frozen=True)
class Bug:
    """`seen_by` are the invariants that must be seen broken, under these faults at this pace."""

    plant: Callable[[], None]
    seen_by: tuple[str, ...]
    faults: tuple[str, ...] = ()
    pace: float = 0.0


def replace(place, name, by):
    """Put something else in the place of a function, for as long as this process lives."""
    setattr(place, name, by)


def no_key():
    """Forget which key was used: what is asked for again is done again."""

    async def unknown(*_given):
        return None

    replace(idempotency, "claim", unknown)
    replace(idempotency, "kept", unknown)


def lost_update():
    """Let an edit be of whichever version there is."""
    was = Work._found

    async def found(self, entity, id, _version, kept):
        return await was(self, entity, id, None, kept)

    replace(Work, "_found", found)


def untold_change():
    """Leave out an event now and then."""
    was, chance = Work.write, random.Random(1)

    async def write(self):
        if self.told and not self.cause and chance.random() < SHARE:
            self.told.clear()
        await was(self)

    replace(Work, "write", write)


def forgotten_first():
    """Take it that the stream has an event before it is sent."""

    async def round_(self, connection, partitions):
        asked = {"partitions": partitions, "each": ROUND, "round": ROUND}
        rows = await connection.execute(PENDING, asked)
        events = in_sequence(Outgoing(*row) for row in rows)
        if events:
            await self._forget(connection, events)
            await self.stream.opened()
            async for _ in publish(self.stream, events):
                pass
        return len(events)

    replace(Relay, "_round", round_)


def acknowledged_first():
    """Tell the stream that an event is done before it is."""

    async def take(self, consumer, message):
        await message.ack_sync()
        await self._delay_of(consumer, message)

    replace(Subscriber, "_take", take)


def no_gate():
    """Take an event whether or not it is its turn."""
    replace(inbox, "verdict", lambda _gate, _sequence: Verdict.NEXT)


def no_inbox():
    """Remember of no event that it was taken; the gate still knows how far one is."""
    inbox.PASS = text("""
        UPDATE event_gate SET sequence = greatest(sequence, :sequence)
        WHERE source = :source AND aggregate_id = :id RETURNING CAST(:event AS text)
    """)


def no_gate_no_inbox():
    """Take every event as often as it is told."""
    no_gate()
    was = inbox.let_through

    async def let_through(session, gate, envelope):
        await was(session, gate, envelope)
        return True

    replace(inbox, "let_through", let_through)


def naive_cursor():
    """Relay what comes after the last that was seen, as ids go up with time."""
    after = text("""
        SELECT tenant, aggregate_id, sequence, id, type, body, laid_at
        FROM event JOIN event_pending USING (tenant, aggregate_id, sequence)
        WHERE id > :last ORDER BY id LIMIT :round
    """)
    seen: dict[Relay, str] = {}

    async def round_(self, connection, _partitions):
        asked = {"last": seen.get(self, ""), "round": ROUND}
        events = [Outgoing(*row) for row in await connection.execute(after, asked)]
        if events:
            await self.stream.opened()
            sent = [it async for it in publish(self.stream, events)]
            await self._forget(connection, sent)
            seen[self] = events[-1].id
        return len(events)

    replace(Relay, "_round", round_)


BUGS = {
    "no-key": Bug(no_key, ("at_most_once",), ("connections_held", "program_paused")),
    "lost-update": Bug(lost_update, ("nothing_is_overwritten",)),
    "untold-change": Bug(untold_change, ("acknowledged_is_told", "changed_is_told")),
    "forgotten-first": Bug(
        forgotten_first, ("stream_is_whole",), ("services_killed_without_a_stream",)
    ),
    "acknowledged-first": Bug(
        acknowledged_first,
        ("every_reader_was_reached",),
        ("program_killed", "database_sessions_ended"),
    ),
    "no-gate": Bug(no_gate, ("taken_in_order",), ("events_overtaken",)),
    "no-inbox": Bug(no_inbox, ("every_reader_was_reached",), ("events_told_twice",)),
    "no-gate-no-inbox": Bug(
        no_gate_no_inbox, ("copies_equal_their_sources",), ("events_told_twice",)
    ),
    "naive-cursor": Bug(naive_cursor, ("stream_is_whole",), pace=0.3),
}
