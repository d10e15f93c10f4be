"""The audit log in the graph: who did what, and saw what is watched; under the service's name.

A value that a field policy hides from whoever reads the log is not told here either.
"""

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import strawberry
from pydantic.alias_generators import to_pascal, to_snake
from sqlalchemy import ColumnElement, inspect

from services.chassis.actor import ActorKind
from services.chassis.audit import AuditLine
from services.chassis.fetching import fetch
from services.chassis.graph import operators
from services.chassis.graph.counting import count
from services.chassis.graph.counts import counted
from services.chassis.graph.declare import Info, page_of
from services.chassis.graph.keyset import Page
from services.chassis.graph.lists import Listing
from services.chassis.graph.making import Part, made_field, made_input, made_type
from services.chassis.graph.payloads import changes_told
from services.chassis.graph.plan import PagePlan, Plan, paged
from services.chassis.graph.read import Paging, Reader
from services.chassis.graph.request import Request
from services.chassis.graph.selection import selected_by
from services.chassis.graph.shapes import Shape
from services.chassis.graph.types import Connection, Direction, FieldChange
from services.chassis.permissions import Permission, admit
from services.chassis.refusals import Invalid


class Newest(enum.Enum):
    """How the log is sorted: what was done last comes first."""

    AT = "at"


ORDER = {"field": Newest.AT, "direction": Direction.DESC}
WHERE: Mapping[str, tuple[Any, str]] = {
    "at": (datetime, "When it was done."),
    "actorId": (strawberry.ID, "Who did it: a staff user's id, or a program's name."),
    "onBehalfOf": (strawberry.ID, "As whom."),
    "action": (str, "What was done: `UPDATED`, `READ`, `EXPORTED`, `SIGNED_IN` …"),
    "recordType": (str, "With which type of records: `Customer`."),
    "recordId": (strawberry.ID, "With which record."),
    "requestId": (str, "In which request."),
}
AUDIT_WHERE = made_input(
    "AuditLogWhere",
    [Part(name, operators.where_of(kind) | None, said) for name, (kind, said) in WHERE.items()],
    "Which lines of the audit log to take: those of which all of this is so.",
)
KEYS = tuple(it.key for it in inspect(AuditLine).column_attrs if it.key != "tenant")


def audit_fields(service: str, permission: Permission) -> dict[str, Any]:
    """Make the root field, under the service's name."""
    name = to_pascal(service)
    parts = [
        Part("id", strawberry.ID, "The line's id."),
        Part("at", datetime, "When it was done."),
        Part("actorKind", ActorKind, "What kind of actor did it."),
        Part("actorId", strawberry.ID, "Who did it, be it as somebody else."),
        Part("onBehalfOf", strawberry.ID | None, "As whom, where that was somebody else."),
        Part("requestId", str, "In which request."),
        Part("action", str, WHERE["action"][1]),
        Part("recordType", str, WHERE["recordType"][1]),
        Part("recordId", str, "With which record; empty where it was with several."),
        Part("version", int, "The record's version since; 0 where nothing was changed."),
        Part("fields", list[str], "The fields that were changed, read or taken out."),
        Part("changes", list[FieldChange], "What was changed, as far as you may see it."),
    ]
    kind = made_type(f"{name}AuditLine", parts, "Something that somebody did, for ever.")
    arguments = [
        Part("where", AUDIT_WHERE | None, "Which lines."),
        Part("first", int | None, "How many from the newest on: 25 if unsaid, 200 at the most."),
        Part("after", str | None, "Begin after this cursor."),
        Part("last", int | None, "How many from the oldest on, 200 at the most."),
        Part("before", str | None, "End before this cursor."),
    ]
    said = f"What was done in this service, the newest first. Requires `{permission}`."
    behaviour = AuditLog(Shape(f"{name}AuditLine", kind, None), permission)
    return {f"{service}_audit_log": made_field(page_of(kind), said, arguments, behaviour)}


@dataclass(frozen=True)
class AuditLog:
    """Answers with a page of the log."""

    shape: Shape
    permission: Permission

    async def __call__(self, _source: Any, info: Info, **arguments: Any) -> Connection[Any]:
        request: Request = info.context
        admit(request.actor, self.permission)
        asked = paged(selected_by(info), Plan(self.shape, list(KEYS)))
        async with request.reader() as reader:
            return await self._page(reader, asked, arguments)

    async def _page(
        self, reader: Reader, asked: PagePlan, arguments: Mapping[str, Any]
    ) -> Connection[Any]:
        page = Page.of(AuditLine, {**arguments, "orderBy": [ORDER]})
        listing = Listing(AuditLine, [*await _conditions(reader, arguments.get("where") or {})])
        rows = await fetch(reader.connection, listing.rows(KEYS, page)) if asked.is_read else ()
        made = Paging(asked, page).connected(rows, [*self._lines(reader, rows[: page.size])])
        for it in asked.counts:
            made.__dict__[counted(it.key)] = await count(reader.connection, it, listing)
        return made

    def _lines(self, reader: Reader, rows: Sequence[Sequence[Any]]) -> Iterator[Any]:
        for row in rows:
            told = dict(zip(KEYS, row, strict=True))
            hidden = reader.actor.sight.hidden.get(told["record_type"], frozenset())
            unseen = hidden & told["after"].keys()
            reader.notice.redacted |= {f"{told['record_type']}.{it}" for it in unseen}
            made: Any = object.__new__(self.shape.cls)
            made.__dict__.update(
                {
                    **{name: told[to_snake(name)] for name in PLAIN},
                    "actorKind": ActorKind(told["actor_kind"]),
                    "changes": changes_told(told["before"], told["after"], hidden),
                }
            )
            yield made


PLAIN = (
    *("id", "at", "actorId", "onBehalfOf", "requestId", "action", "recordType", "recordId"),
    *("version", "fields"),
)


async def _conditions(reader: Reader, where: Mapping[str, Any]) -> Iterator[ColumnElement[bool]]:
    """Read the filter; each condition stands for itself."""
    moment = await reader.moment(where)
    found = []
    for name, given in where.items():
        if given is None:
            raise Invalid("a condition is given or left out, never null", path=("where", name))
        column = getattr(AuditLine, to_snake(name))
        for operator, value in given.items():
            found.append(operators.compiled(column, operator, value, moment, (name,)))
    return iter(found)
