"""A kit for who reads the events from Python: it needs nats-py, and nothing else.

Copy it into your program. `Reader` takes in what was granted to you, each event once and each
record's events in their order, whatever is told twice, too early, or while you are away. What you
do about an event, and that it is done, are one transaction in your own database.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import nats
from nats.aio.msg import Msg

GATE = """
    CREATE TABLE IF NOT EXISTS crm_gate (
        subject varchar(100) PRIMARY KEY, sequence integer NOT NULL
    )
"""
BATCH, WAIT_SECONDS, ACK_SECONDS = 100, 5.0, 5.0
EARLY_SECONDS, RETRY_SECONDS, LONGEST_SECONDS = 0.2, 1.0, 300.0
LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Event:
    """An event as it was told; `body` is the JSON letter by letter.

    `subject` is the record's id, `sequence` the number of this event among the record's own, from
    1 and without a gap. `data` holds the event's own values, and `changed`, `before`, `after`.
    """

    id: str
    type: str
    subject: str
    sequence: int
    time: str
    tenant: str
    actor: str
    data: dict[str, Any]
    bulk: bool
    body: bytes = field(repr=False)

    @classmethod
    def read(cls, body: bytes) -> "Event":
        told = json.loads(body)
        names = ("id", "type", "subject", "sequence", "time", "tenant", "actor", "data", "bulk")
        return cls(**{name: told[name] for name in names}, body=body)


Handler = Callable[[Any, Event], None]
"""`handler(connection, event)`: what it does on the connection is kept with the event's number."""


class Gate:
    """Remembers in your database how far each record has come.

    `connect` gives any DB-API 2 connection with transactions (sqlite3, psycopg, …); `mark` is how
    its driver marks a parameter: `?` or `%s`.
    """

    def __init__(self, connect: Callable[[], Any], mark: str = "?") -> None:
        self.connection = connect()
        self.mark = mark
        with self.transaction() as cursor:
            cursor.execute(GATE)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """Keep all that is done on the cursor, or nothing of it."""
        cursor = self.connection.cursor()
        try:
            yield cursor
        except BaseException:
            self.connection.rollback()
            raise
        else:
            self.connection.commit()
        finally:
            cursor.close()

    def passed(self, cursor: Any, subject: str) -> int:
        """Give the number of the last event of a record that was handled; 0 for none."""
        asked = f"SELECT sequence FROM crm_gate WHERE subject = {self.mark}"  # noqa: S608
        cursor.execute(asked, (subject,))
        row = cursor.fetchone()
        return row[0] if row else 0

    def note(self, cursor: Any, subject: str, sequence: int) -> None:
        """Note that a record has come so far; it never goes back."""
        one, two = self.mark, self.mark
        cursor.execute(
            f"INSERT INTO crm_gate (subject, sequence) VALUES ({one}, {two})"  # noqa: S608
            " ON CONFLICT (subject) DO UPDATE SET sequence = excluded.sequence"
            " WHERE excluded.sequence > crm_gate.sequence",
            (subject, sequence),
        )


class Reader:
    """Reads what was granted under a name, and calls the handlers of what it reads."""

    def __init__(self, url: str, name: str, gate: Gate) -> None:
        self.url = url
        self.name = name
        self.gate = gate
        self.handlers: dict[str, Handler] = {}
        self.otherwise: Handler | None = None

    def on_all(self, handler: Handler) -> None:
        """Call a function for every event that no other is called for."""
        self.otherwise = handler

    def on(self, *types: str) -> Callable[[Handler], Handler]:
        """Call a function for events of these types; all others may be stepped over."""

        def declare(handler: Handler) -> Handler:
            self.handlers |= dict.fromkeys(types, handler)
            return handler

        return declare

    def contain(self, subject: str, sequence: int, change: Callable[[Any], None]) -> bool:
        """Take a record from a backfill, as it is after so many events; False if known so far.

        Its events up to there are passed over when the stream tells them.
        """
        with self.gate.transaction() as cursor:
            if sequence <= self.gate.passed(cursor, subject):
                return False
            change(cursor)
            self.gate.note(cursor, subject, sequence)
            return True

    async def run(self) -> None:
        """Read until cancelled; a lost connection is waited for."""
        client = await nats.connect(
            self.url,
            inbox_prefix=f"_INBOX_{self.name}",
            max_reconnect_attempts=-1,
            ping_interval=10,
            error_cb=_tell,
        )
        try:
            stream = client.jetstream()
            told = await stream.pull_subscribe_bind(self.name, stream="CRM")
            while True:
                try:
                    for message in await told.fetch(BATCH, timeout=WAIT_SECONDS):
                        await self._take(message)
                except TimeoutError:
                    continue  # nothing came
                except nats.errors.Error as error:
                    await _tell(error)
                    await asyncio.sleep(RETRY_SECONDS)
        finally:
            await client.close()

    async def _take(self, message: Msg) -> None:
        """See to one message, and say what became of it: done, or when to tell it again."""
        tries = message.metadata.num_delivered
        try:
            is_early = not self.take(Event.read(message.data))
        except Exception:
            LOG.exception("an event failed and will be told again: %s", message.subject)
            await message.nak(_doubled(RETRY_SECONDS, tries))
            return
        if is_early:
            await message.nak(_doubled(EARLY_SECONDS, tries))
        else:
            await message.ack_sync(ACK_SECONDS)

    def take(self, event: Event) -> bool:
        """Handle an event if it is its turn; False when an earlier one is still to come."""
        with self.gate.transaction() as cursor:
            passed = self.gate.passed(cursor, event.subject)
            if event.sequence > passed + 1:
                return False
            if event.sequence == passed + 1:
                if handler := self.handlers.get(event.type, self.otherwise):
                    handler(cursor, event)
                self.gate.note(cursor, event.subject, event.sequence)
        return True


async def _tell(error: Exception) -> None:
    """Say in a line what is wrong; the library would print where, at each attempt."""
    LOG.warning("the stream is in trouble: %s", f"{type(error).__name__} {error}".strip())


def _doubled(first: float, tries: int) -> float:
    return float(min(first * 2 ** min(tries - 1, 20), LONGEST_SECONDS))
