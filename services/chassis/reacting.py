"""Reacting: an event and what is done about it in one work, behind its record's gate."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import ValidationError

from services.chassis import dead_letters, inbox, telemetry
from services.chassis.actor import Actor
from services.chassis.dead_letters import Trouble, Unwanted
from services.chassis.declaring import Subscriptions
from services.chassis.events import MAX_HOPS, Envelope
from services.chassis.inbox import Gate, Verdict
from services.chassis.logs import say_of_all
from services.chassis.troubles import TooManyHops, Unreadable, trouble_of
from services.chassis.work import Work, Works

HANDLING_SECONDS = 25.0
"""A reaction ends before the stream tells the event again."""


def envelope_in(body: bytes | str) -> Envelope:
    try:
        return Envelope.model_validate_json(body)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        raise Unreadable("; ".join(f"{it['loc']}: {it['msg']}" for it in faults)) from None


class Reactions:
    """What one reader does about events, in its own database."""

    def __init__(self, subscriptions: Subscriptions, works: Works) -> None:
        self.subscriptions = subscriptions
        self.works = works

    async def react(self, envelope: Envelope) -> Verdict:
        """Ask the gate and run the handlers; what waits behind a dead letter is parked."""
        async with self._begun(envelope.tenant, envelope) as work:
            gate = await inbox.lock(work.session, envelope.aggregate, envelope.subject)
            verdict = inbox.verdict(gate, envelope.sequence)
            if verdict is Verdict.NEXT:
                await self._handle(work, gate, envelope)
            elif verdict is Verdict.PARKED:
                await dead_letters.park(work.session, gate, envelope)
        return verdict

    async def bury(self, tenant: str, unwanted: Unwanted, trouble: Trouble) -> bool:
        """Write a dead letter, in a work of its own; False if it is not this event's turn."""
        async with self._begun(tenant, unwanted.envelope) as work:
            return await dead_letters.bury(work, unwanted, trouble)

    async def drain(self, tenant: str, source: str, aggregate_id: str, failures: int) -> None:
        """Let what is parked through a gate, in order, until it is open or shut again.

        It stays as it is where a number is missing yet; a failure that may pass is raised.
        """
        while await self._drain_one(tenant, source, aggregate_id, failures):
            pass

    async def _drain_one(self, tenant: str, source: str, aggregate_id: str, failures: int) -> bool:
        """Let one event through; False when there is nothing more to do for now."""
        async with self._begun(tenant) as work:
            gate = await inbox.lock(work.session, source, aggregate_id)
            if gate.dead_letter_id is None or not gate.draining:
                return False
            parked = await dead_letters.next_parked(work.session, gate)
            if parked is None:
                await dead_letters.reopen(work.session, gate)
        if parked is None or parked.sequence != gate.sequence + 1:
            return False
        try:
            return await self._retry(tenant, gate, parked.body)
        except Exception as error:
            trouble = trouble_of(error, failures)
            if trouble is None:
                raise
            await self._shut_again(tenant, gate, parked.body, trouble)
            return False

    async def _retry(self, tenant: str, seen: Gate, body: str) -> bool:
        envelope = envelope_in(body)
        async with self._begun(tenant, envelope) as work:
            gate = await inbox.lock(work.session, seen.source, seen.aggregate_id)
            if gate == seen:  # else another worker was quicker
                await dead_letters.passed(work, gate)
                await self._handle(work, gate, envelope)
        return True

    async def _shut_again(self, tenant: str, seen: Gate, body: str, trouble: Trouble) -> None:
        envelope = None if trouble.is_unreadable else envelope_in(body)
        async with self._begun(tenant, envelope) as work:
            gate = await inbox.lock(work.session, seen.source, seen.aggregate_id)
            if gate == seen:
                unwanted = Unwanted(seen.source, seen.aggregate_id, body, envelope)
                await dead_letters.bury_again(work, gate, unwanted, trouble)

    async def _handle(self, work: Work, gate: Gate, envelope: Envelope) -> None:
        """Let an event through and run its handlers, once; a deed without one is stepped over."""
        if envelope.hops > MAX_HOPS:
            raise TooManyHops(f"it is {envelope.hops} reactions deep")
        is_new = await inbox.let_through(work.session, gate, envelope)
        for it in self.subscriptions.of(envelope.type) if is_new else ():
            await it.handle(work, envelope)

    @asynccontextmanager
    async def _begun(self, tenant: str, envelope: Envelope | None = None) -> AsyncIterator[Work]:
        """Open a work as the system of an event's company, on the event's own trace."""
        carried = {
            "traceparent": (envelope and envelope.traceparent) or "",
            "x-request-id": envelope.correlationid if envelope else "",
        }
        say_of_all(tenant=tenant)
        actor = Actor.system(tenant, self.subscriptions.reader)
        with telemetry.traced(telemetry.continued(carried, HANDLING_SECONDS)):
            async with (
                asyncio.timeout(HANDLING_SECONDS),
                self.works.begin(actor, cause=envelope) as work,
            ):
                yield work
