"""What a run has left behind, as the checker reads it: no connection, nothing but values."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tests.faults.history import Command


@dataclass(frozen=True)
class Told:
    """An event as the outbox keeps it."""

    id: str
    type: str
    subject: str
    sequence: int
    body: str
    request: str
    cause: str | None = None
    data: Mapping[str, object] = field(default_factory=dict)

    @property
    def source(self):
        return ".".join(self.type.split(".")[:2])

    @property
    def service(self):
        return self.type.split(".", maxsplit=1)[0]


@dataclass(frozen=True)
class Heard:
    """A message as the stream keeps it; what a relay sent has the event's id as its own."""

    message_id: str
    id: str
    body: str

    @property
    def is_relayed(self):
        return self.message_id == self.id


@dataclass(frozen=True)
class Letter:
    """A dead letter of a reader."""

    source: str
    subject: str
    sequence: int


@dataclass(frozen=True)
class Reader:
    """What a service has done about the events that it reads, by (source, record)."""

    name: str
    sources: Sequence[str]
    gates: Mapping[tuple[str, str], int]
    inbox: Mapping[str, datetime]
    letters: Sequence[Letter] = ()
    parked: frozenset[tuple[str, str, int]] = frozenset()


@dataclass(frozen=True)
class Copies:
    """Rows of a source, and what a reader made of them: they should be the same."""

    name: str
    source: Counter[tuple[object, ...]]
    copy: Counter[tuple[object, ...]]


@dataclass(frozen=True)
class Evidence:
    """Of one company: commands, outboxes, stream, readers, records.

    `audited` counts audit lines by request; `versions` are those of records whose every change is
    told; `foreign` are the events that nobody's outbox holds, because we made them up.
    """

    commands: Sequence[Command]
    told: Sequence[Told]
    counters: Mapping[str, int]
    pending: int
    stream: Sequence[Heard]
    readers: Sequence[Reader] = ()
    copies: Sequence[Copies] = ()
    audited: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)
    before: frozenset[str] = frozenset()
    foreign: frozenset[str] = frozenset()
    poison: Sequence[Letter] = ()
