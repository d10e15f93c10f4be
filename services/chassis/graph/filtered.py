"""Bulk by filter: one deed for all records that a filter finds, if they are as many as said."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, get_type_hints

from sqlalchemy import select

from services.chassis.graph.errors import each_of, user_errors
from services.chassis.graph.filter import Filter
from services.chassis.graph.inputs import changes_of, written_parts
from services.chassis.graph.making import Part, made_field, made_input
from services.chassis.graph.mutate import Command, given_to, keywords_of, told, verb_input
from services.chassis.graph.payloads import ASKING_PARTS
from services.chassis.graph.read import Reader
from services.chassis.graph.rows import MAX_ROWS, BulkDeed, Row, bulk_types, error_part
from services.chassis.graph.shapes import Shape, shape_of
from services.chassis.graph.types import OnError, RowStatus, UserError
from services.chassis.graph.where import where_input
from services.chassis.permissions import Permission, admit, permission_of
from services.chassis.refusals import (
    Bounds,
    Code,
    LimitExceeded,
    Refusal,
    Refusals,
)
from services.chassis.work import Work

Each = Callable[[Work, str, Mapping[str, Any]], Awaitable[Any]]


class CountDiffers(Refusal):
    code, reason = Code.INVALID, "COUNT_DIFFERS"


def update_where(cls: type, command: Command, description: str, *, plural: str = "") -> Any:
    """Make the mutation that changes all records which a filter finds, `updateShips`."""
    shape = shape_of(cls)
    plural = plural or f"{shape.name}s"
    given = made_input(
        f"Update{plural}Input",
        written_parts(shape, shape.written(history=False), creating=False),
        f"What to change of each {shape.name}: what is left out stays, null clears.",
    )

    async def each(work: Work, id: str, given: Mapping[str, Any]) -> Any:
        return await command(work, id, changes_of(shape, given, creating=False), None)

    parts = [Part("input", given, "What to change of each.")]
    behaviour = partial(Filtered, shape, permission_of(command), each)
    return _by_filter(shape, f"update{plural}", told(description, command), parts, behaviour)


def verb_where(cls: type, command: Command, description: str, *, name: str) -> Any:
    """Make the mutation of a deed on all records which a filter finds; its name is a plural."""
    shape = shape_of(cls)
    hints = get_type_hints(command, include_extras=True)
    named = keywords_of(command)

    async def each(work: Work, id: str, given: Mapping[str, Any]) -> Any:
        return await command(work, id, **given_to(named, hints, given))

    parts = verb_input(name, named, hints)
    behaviour = partial(Filtered, shape, permission_of(command), each)
    return _by_filter(shape, name, told(description, command), parts, behaviour)


def _by_filter(
    shape: Shape,
    name: str,
    description: str,
    parts: list[Part],
    begun: Callable[[Mapping[str, Any]], "Filtered"],
) -> Any:
    row, payload = bulk_types(shape, name, f"{name[0].upper()}{name[1:]}Result")
    arguments = [
        Part("where", where_input(shape), f"Which records; they may be {MAX_ROWS}."),
        *parts,
        Part("expectedCount", int, "How many they should be; refused if they are not."),
        error_part(OnError.ATOMIC),
        *ASKING_PARTS,
    ]
    return made_field(payload, description, arguments, BulkDeed(shape, row, payload, begun))


@dataclass
class Filtered:
    """One call: a command on each record that a filter finds."""

    shape: Shape
    permission: Permission
    each: Each
    arguments: Mapping[str, Any]

    async def rows(self, work: Work, reader: Reader) -> list[Row]:
        """Find the records and hold them, so that they are those that were counted."""
        admit(work.actor, self.permission)
        expected = self.arguments["expectedCount"]
        if expected > MAX_ROWS:
            raise _too_many()
        ids = await self._found(work, reader)
        if len(ids) > MAX_ROWS:
            raise _too_many()
        if len(ids) != expected:
            raise CountDiffers(
                f"the filter finds {len(ids)} records",
                path=("expectedCount",),
                details=Bounds(allowed=(str(len(ids)),)),
            )
        return [Row(index, id) for index, id in enumerate(ids)]

    async def put(self, work: Work, row: Row) -> None:
        record = await self.each(work, row.id, self.arguments.get("input") or {})
        changed = work.session.is_modified(record) or record.id in work.differences
        row.status = RowStatus.UPDATED if changed else RowStatus.UNCHANGED

    async def finish(self, work: Work, rows: Sequence[Row]) -> None:
        pass

    def errors(self, row: Row, refusal: Refusal | Refusals) -> list[UserError]:
        of_values = any(it.path for it in each_of(refusal))
        return user_errors(refusal, *(("input",) if of_values else ()))

    async def _found(self, work: Work, reader: Reader) -> list[str]:
        """Lock what the filter finds, in order of ids: two calls never wait in a circle."""
        shape, entity = self.shape, self.shape.entity
        if shape.reading is None:
            raise TypeError(f"{shape.name} is no record of this service")
        given = self.arguments["where"]
        moment = await reader.moment(given)
        where = Filter(work.actor, moment).compiled(shape, given, entity)
        statement = (
            select(entity.id)
            .where(shape.reading.visible_to(work.actor), where)
            .order_by(entity.id)
            .limit(MAX_ROWS + 1)
            .with_for_update()
        )
        return list(await work.session.scalars(statement))


def _too_many() -> LimitExceeded:
    return LimitExceeded(
        f"at most {MAX_ROWS} records at once: a job does more", path=("expectedCount",)
    )
