"""How the feed is read: what stands under one company's subjects, for who may follow it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

import orjson

from services.chassis.actor import Actor
from services.chassis.events import stream_subject
from services.chassis.following import Following, Message
from services.chassis.permissions import admit
from services.chassis.positions import Position
from services.chassis.redacting import redacted_body
from services.chassis.refusals import Bounds, DependencyUnavailable, OutOfRange
from services.customers.feed.model import Page, Told
from services.customers.feed.rules import Wanted
from services.customers.permissions import FOLLOW_EVENTS

MAX_FIRST, PIECE = 500, 100
RETRY_SECONDS = 1.0
NO_EVENT = (ValueError, KeyError, TypeError, AttributeError)
"""What reading a message may raise that no relay of ours has laid there."""


async def page(
    following: Following, actor: Actor, after: Position | None, wanted: Wanted, *, first: int
) -> Page:
    """Give the next events after a position to somebody who may follow them.

    They are looked for among as many as were asked for: fewer may be found although more follow.
    """
    admit(actor, FOLLOW_EVENTS)
    if not 1 <= first <= MAX_FIRST:
        told, bounds = f"ask for 1 to {MAX_FIRST} at once", Bounds(min="1", max=str(MAX_FIRST))
        raise OutOfRange(told, path=("first",), details=bounds)
    piece = await following.read(wanted.subjects(actor.tenant), after, first)
    read = (_told(it, actor, piece.end.epoch) for it in piece.messages)
    return Page(tuple(it for it in read if it and wanted.takes(it.body["type"])), piece)


async def followed(
    following: Following,
    actor_now: Callable[[], Awaitable[Actor]],
    after: Position | None,
    wanted: Wanted,
) -> AsyncGenerator[Page, None]:
    """Give pages for ever: from a position, or from now on. Each asks for the permission anew.

    Nothing is kept for a reader that is slow: the stream keeps it, and what that has forgotten
    meanwhile is a gap, from which it goes on.
    """
    admit(await actor_now(), FOLLOW_EVENTS)
    position = after or (await following.extent()).end
    while True:
        try:
            found = await page(following, await actor_now(), position, wanted, first=PIECE)
        except DependencyUnavailable:
            await asyncio.sleep(RETRY_SECONDS)
            continue
        position = found.piece.end
        if found.events or found.piece.is_gap:
            yield found
        if found.piece.is_whole:
            await following.grown(position)


def _told(message: Message, actor: Actor, epoch: int) -> Told | None:
    """Read an event as this reader may; under a subject that is not its own, nobody told it."""
    try:
        body = orjson.loads(message.body)
        subject = stream_subject(body["tenant"], body["type"], body["subject"])
    except NO_EVENT:
        return None
    if body["tenant"] != actor.tenant or subject != message.subject:
        return None
    return Told(redacted_body(body, actor.sight), Position(epoch, message.sequence))
