"""Payloads: what every mutation answers with, made of what is kept of it, and its arguments."""

from collections.abc import AsyncIterator, Container, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import orjson
import strawberry

from services.chassis import audit
from services.chassis.graph.errors import Reading
from services.chassis.graph.making import Part
from services.chassis.graph.masking import hidden_among
from services.chassis.graph.plan import planned
from services.chassis.graph.read import Reader
from services.chassis.graph.request import Request
from services.chassis.graph.selection import Selected
from services.chassis.graph.shapes import Shape
from services.chassis.graph.types import FieldChange, PublishedEvent, UserError
from services.chassis.idempotency import Answer
from services.chassis.work import Work

ID_PART = Part("id", strawberry.ID, "Which record.")
VERSION_PART = Part("expectedVersion", int | None, "Refuse if the record has another version.")
ASKING_PARTS = (
    Part(
        "idempotencyKey",
        str | None,
        "A key of your own: with the same one, the same is done once, and answered again for 24"
        " hours. The header Idempotency-Key says the same.",
    ),
    Part("dryRun", bool | None, "Say what would become of it, and keep nothing."),
)


def payload_parts() -> list[Part]:
    """Give what every payload ends with."""
    return [
        Part(
            "events",
            list[PublishedEvent],
            "The events that were published; in a dry run, those that would be.",
        ),
        Part("replayed", bool, "Whether this was done before, under the same idempotency key."),
        Part("warnings", list[str], "What is worth knowing, and did not stand in the way."),
        Part("userErrors", list[UserError], "Why it was refused; empty if it was done."),
    ]


def change_parts() -> list[Part]:
    """Give what a payload says of the change of one record."""
    return [
        Part("changedFields", list[str], "The fields that became different."),
        Part("changes", list[FieldChange], "What these fields were, and what they became."),
    ]


def done_by(work: Work) -> Answer:
    """Write down what a work published and had to say."""
    events = [{"id": None if work.rehearsal else it.id, "type": it.type} for it in work.laid]
    return {"events": events, "warnings": work.warnings, "replayed": False}


def filled(kind: Any, answer: Answer, values: Mapping[str, Any]) -> Any:
    """Make a payload of what was done."""
    made = object.__new__(kind)
    made.__dict__.update(values)
    made.__dict__["events"] = [PublishedEvent(**it) for it in answer["events"]]
    made.__dict__["replayed"] = answer["replayed"]
    made.__dict__["warnings"] = answer["warnings"]
    made.__dict__["userErrors"] = []
    return made


def refused(kind: Any, values: Mapping[str, Any], errors: Sequence[UserError]) -> Any:
    """Make the payload of what was not done."""
    made = filled(kind, {"events": [], "warnings": [], "replayed": False}, values)
    made.__dict__["userErrors"] = list(errors)
    return made


@asynccontextmanager
async def within(request: Request, work: Work) -> AsyncIterator[Reader]:
    """Read within a work, what it has written included."""
    connection = await work.session.connection()
    yield Reader(connection, work.actor, work.now, request.reckoning, request.notice)


async def reread(
    request: Request,
    reading: Reading,
    shape: Shape,
    asked: Sequence[Selected],
    ids: Sequence[str],
) -> dict[str, Any]:
    """Read records as they now are, as far as somebody asks for them who may read them."""
    may_read = shape.reading is None or shape.reading.admits(request.actor)
    if not (asked and ids and may_read):
        return {}
    plan = planned(request.shapes, shape, [s for it in asked for s in it.selections()])
    async with reading() as reader:
        return await reader.by_ids(plan, ids)


async def changes(
    request: Request, reading: Reading, shape: Shape, answer: Answer
) -> list[FieldChange]:
    """Read from the audit line what a change made of its record, for those who may read it."""
    may_read = shape.reading is None or shape.reading.admits(request.actor)
    if not (may_read and answer["changedFields"]):
        return []
    async with reading() as reader:
        before, after = await audit.line_of(reader.connection, answer["id"], answer["version"])
        hidden = hidden_among(shape, request.actor, after)
        reader.notice.redacted |= {f"{shape.name}.{it}" for it in hidden}
    return changes_told(before, after, hidden)


def changes_told(
    before: Mapping[str, Any], after: Mapping[str, Any], hidden: Container[str]
) -> list[FieldChange]:
    """Tell what fields were and became; of those that are hidden only that they changed."""
    return [
        FieldChange(field=name, before=None, after=None)
        if name in hidden
        else FieldChange(field=name, before=_text(before.get(name)), after=_text(after[name]))
        for name in sorted(after)
    ]


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()
