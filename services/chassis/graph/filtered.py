"""Bulk by filter: one deed for all records that a filter finds, if they are as many as said."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, get_type_hints

from sqlalchemy import ColumnElement, func, select

from services.chassis.actor import Actor
from services.chassis.graph.errors import each_of, user_errors
from services.chassis.graph.inputs import changes_of, written_parts
from services.chassis.graph.making import Part, made_field, made_input
from services.chassis.graph.masking import refuse_input
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


class CountDiffers(Refusal):
    code, reason = Code.INVALID, "COUNT_DIFFERS"


@dataclass(frozen=True)
class Each:
    """What is done with each record, and how the input of it is read."""

    permission: Permission
    read: Callable[[Mapping[str, Any]], Any]
    do: Callable[[Work, str, Any], Awaitable[Any]]


@dataclass(frozen=True)
class ByFilter:
    """A mutation by filter as a slice declares it: the service's schema adds its jobs."""

    shape: Shape
    name: str
    description: str
    parts: tuple[Part, ...]
    each: Each


def update_where(cls: type, command: Command, description: str, *, plural: str = "") -> Any:
    """Make the mutation that changes all records which a filter finds, `updateShips`."""
    shape = shape_of(cls)
    plural = plural or f"{shape.name}s"
    given = made_input(
        f"Update{plural}Input",
        written_parts(shape, shape.written(history=False), creating=False),
        f"What to change of each {shape.name}: what is left out stays, null clears.",
    )

    async def do(work: Work, id: str, changes: Any) -> Any:
        return await command(work, id, changes, None)

    each = Each(permission_of(command), partial(changes_of, shape, creating=False), do)
    parts = (Part("input", given, "What to change of each."),)
    return by_filter(
        ByFilter(shape, f"update{plural}", told(_said(description), command), parts, each)
    )


def verb_where(cls: type, command: Command, description: str, *, name: str) -> Any:
    """Make the mutation of a deed on all records which a filter finds; its name is a plural."""
    shape = shape_of(cls)
    hints = get_type_hints(command, include_extras=True)
    named = keywords_of(command)

    async def do(work: Work, id: str, given: Any) -> Any:
        return await command(work, id, **given)

    each = Each(permission_of(command), partial(given_to, named, hints), do)
    parts = tuple(verb_input(name, named, hints))
    return by_filter(ByFilter(shape, name, told(_said(description), command), parts, each))


def _said(description: str) -> str:
    return f"{description} More than {MAX_ROWS} are done by a job, with `onError: PER_ROW`."


def by_filter(declared: ByFilter, *more: Part, behaves: Callable[..., BulkDeed] = BulkDeed) -> Any:
    """Make the field of a mutation by filter; its payload may say more."""
    shape, name = declared.shape, declared.name
    row, payload = bulk_types(shape, name, f"{name[0].upper()}{name[1:]}Result", *more)
    arguments = [
        Part("where", where_input(shape), "Which records."),
        *declared.parts,
        Part("expectedCount", int, "How many they should be; refused if they are not."),
        error_part(OnError.ATOMIC),
        *ASKING_PARTS,
    ]
    begun = partial(Filtered, declared)
    return made_field(
        payload, declared.description, arguments, behaves(shape, row, payload, begun)
    )


@dataclass
class Filtered:
    """One call: a command on each record that a filter finds."""

    of: ByFilter
    arguments: Mapping[str, Any]
    given: Any = None

    async def rows(self, work: Work, reader: Reader) -> list[Row]:
        """Find the records and hold them, so that they are those that were counted."""
        self.admit(work.actor)
        expected = self.arguments["expectedCount"]
        if expected > MAX_ROWS:
            raise _too_many()
        conditions = await self.conditions(reader)
        ids = await self.held(work, *conditions)
        if len(ids) > MAX_ROWS:
            counting = select(func.count()).select_from(self.of.shape.entity)
            raise differing(await work.session.scalar(counting.where(*conditions)) or 0)
        if len(ids) != expected:
            raise differing(len(ids))
        return [Row(index, id) for index, id in enumerate(ids)]

    def admit(self, actor: Actor) -> None:
        """Read the input; refuse one that no record could have, and who may not do this at all."""
        admit(actor, self.of.each.permission)
        refuse_input(self.of.shape, actor, self.arguments.get("input") or {})
        self.given = self.of.each.read(self.arguments.get("input") or {})

    async def put(self, work: Work, row: Row) -> None:
        record = await self.of.each.do(work, row.id, self.given)
        changed = work.session.is_modified(record) or record.id in work.differences
        row.status = RowStatus.UPDATED if changed else RowStatus.UNCHANGED

    async def finish(self, work: Work, rows: Sequence[Row]) -> None:
        pass

    def errors(self, row: Row, refusal: Refusal | Refusals) -> list[UserError]:
        of_values = any(it.path for it in each_of(refusal))
        return user_errors(refusal, *(("input",) if of_values else ()))

    async def conditions(self, reader: Reader) -> tuple[ColumnElement[bool], ...]:
        return await reader.conditions(self.of.shape, self.arguments["where"])

    async def held(self, work: Work, *conditions: ColumnElement[bool]) -> list[str]:
        """Lock what is found, in order of ids: two calls never wait in a circle.

        All of it is read at once: each command then finds its record there.
        """
        entity = self.of.shape.entity
        statement = select(entity.id).where(*conditions).order_by(entity.id).limit(MAX_ROWS + 1)
        ids = list(await work.session.scalars(statement.with_for_update()))
        await work.all(entity, ids)
        return ids


def differing(found: int) -> CountDiffers:
    return CountDiffers(
        f"the filter finds {found} records",
        path=("expectedCount",),
        details=Bounds(allowed=(str(found),)),
    )


def _too_many() -> LimitExceeded:
    return LimitExceeded(
        f"at most {MAX_ROWS} records at once; with `onError: PER_ROW` a job does more",
        path=("expectedCount",),
    )
