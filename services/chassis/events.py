"""Facts that services tell: the event classes, and the CloudEvents envelope they travel in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import new_class
from typing import Any, ClassVar, TypeVar
from zlib import crc32

from pydantic import BaseModel, ConfigDict, Field, field_serializer
from pydantic.alias_generators import to_camel, to_pascal

from services.chassis.clock import rfc3339

PARTITIONS = 16
MAX_HOPS = 8
MEANINGS = {
    "created": "{} was created.",
    "updated": "Plain fields of {} were edited: `changed` names them.",
    "archived": "{} was put away; it can be brought back.",
    "restored": "{} was brought back after it was put away.",
    "purged": "{} was removed for ever; its past events stay.",
}
LIFE = tuple(MEANINGS)
END_OF_LIFE = LIFE[2:]

E = TypeVar("E", bound="Event")


class Event(BaseModel):
    """A fact in the past tense, with the values that were true then.

    `type` is `service.aggregate.deed.vN`; a publisher's field `<aggregate>_id` is the subject. A
    reader declares, under the same type, only the fields that it reads. No personal data.
    """

    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore"
    )

    type: ClassVar[str]

    @classmethod
    def service(cls) -> str:
        return cls.type.split(".")[0]

    @classmethod
    def aggregate(cls) -> str:
        return cls.type.split(".")[1]

    @classmethod
    def deed(cls) -> str:
        return cls.type.split(".")[2]

    @property
    def subject(self) -> str:
        """The id of the aggregate that this happened to."""
        return str(getattr(self, f"{self.aggregate()}_id"))


def life_of(facts: type[E], aggregate: str, deeds: Sequence[str] = LIFE) -> tuple[type[E], ...]:
    """Make the facts of a record's life, which differ in their deed: `sales.product.created.v1`.

    `facts` holds the fields that they share; the aggregate is named with its service.
    """
    return tuple(_fact_of(facts, aggregate, deed) for deed in deeds)


def _fact_of(facts: type[E], aggregate: str, deed: str) -> type[E]:
    noun = aggregate.partition(".")[2]
    name = f"{to_pascal(noun)}{deed.capitalize()}"
    said = {
        "__module__": facts.__module__,
        "__doc__": _meaning(noun.replace("_", " "), deed),
        "type": f"{aggregate}.{deed}.v1",
    }
    return new_class(name, (facts,), exec_body=lambda body: body.update(said))


def _meaning(noun: str, deed: str) -> str:
    article = "an" if noun[0] in "aeio" else "a"
    said = MEANINGS[deed].format(f"{article} {noun}")
    return said[0].upper() + said[1:]


class Shared(Event):
    """What is told when a record is shared: who may do what with it from now on."""

    shares: dict[str, list[str]]


class Unshared(Event):
    """What is told when a record is shared with somebody no longer."""

    principal_ids: list[str]


class Envelope(BaseModel):
    """CloudEvents 1.0, structured JSON: one body for the stream, webhooks and feeds.

    `actor` did it, as whom `onbehalfof` names if it was another. `sequence` is the aggregate's
    own gapless count of events; `hops` counts reactions to reactions, and stops loops at
    `MAX_HOPS`.
    """

    model_config = ConfigDict(frozen=True)

    specversion: str = "1.0"
    id: str
    type: str
    source: str
    subject: str
    time: datetime
    tenant: str
    sequence: int
    actor: str
    onbehalfof: str | None = None
    correlationid: str
    causationid: str | None = None
    hops: int = 0
    bulk: bool = False
    traceparent: str | None = None
    datacontenttype: str = "application/json"
    data: dict[str, Any] = Field(default_factory=dict)

    @field_serializer("time")
    def written_time(self, time: datetime) -> str:
        return rfc3339(time)

    @property
    def aggregate(self) -> str:
        """Name what this is an event of: `sales.order`."""
        return ".".join(self.type.split(".")[:2])

    @property
    def partition(self) -> int:
        return partition_of(self.subject)

    @property
    def stream_subject(self) -> str:
        return stream_subject(self.tenant, self.type, self.subject)

    def body(self) -> bytes:
        return self.model_dump_json(exclude_none=True).encode()


def partition_of(subject: str) -> int:
    return crc32(subject.encode()) % PARTITIONS


def stream_subject(tenant: str, type: str, subject: str) -> str:
    """Name where it goes on NATS: `crm.<tenant>.<service>.<aggregate>.<deed>.v<N>.<partition>`."""
    return f"crm.{tenant}.{type}.{partition_of(subject)}"


def data_of(event: Event, change: Mapping[str, Any]) -> dict[str, Any]:
    """Lay out an event's data: its own values, then what changed (`changed`, before, after)."""
    return {**event.model_dump(mode="json", by_alias=True), **change}
