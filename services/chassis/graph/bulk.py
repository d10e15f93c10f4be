"""Bulk upserts: many rows matched by external reference or id, a result for each of them."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import strawberry

from services.chassis import references
from services.chassis.changes import Changes
from services.chassis.graph.errors import each_of, user_errors
from services.chassis.graph.inputs import changes_of, unfit_text, written_parts
from services.chassis.graph.making import Part, list_of, made_field, made_input
from services.chassis.graph.masking import refuse_input
from services.chassis.graph.mutate import Command, told
from services.chassis.graph.oddities import oddity
from services.chassis.graph.payloads import ASKING_PARTS
from services.chassis.graph.read import Reader
from services.chassis.graph.rows import MAX_ROWS, BulkDeed, Row, bulk_types, error_part
from services.chassis.graph.shapes import Reference, Shape, shape_of
from services.chassis.graph.types import ExternalRefInput, OnError, RowStatus, UserError
from services.chassis.permissions import Permission, admit, permission_of
from services.chassis.references import Ref
from services.chassis.refusals import Duplicate, Invalid, LimitExceeded, Refusal, Refusals
from services.chassis.work import Work

MAX_REF = 200
KEYS = frozenset({"externalRef", "id"})


def upsert(
    cls: type,
    create: Command,
    update: Command,
    *,
    history: Permission,
    plural: str = "",
    description: str = "",
) -> Any:
    """Make the mutation that makes up to 500 records or changes them, by references or ids.

    Fields marked `history` may be set too, by those whose roles hold that permission.
    """
    shape = shape_of(cls)
    plural = plural or f"{shape.name}s"
    description = description or f"Add or change many {plural}, matched by external reference."
    row, payload = bulk_types(shape, f"upsert{plural}", f"Upserted{shape.name}")
    parts = [
        Part("items", list_of(_item(shape, plural)), f"At most {MAX_ROWS} items."),
        error_part(OnError.PER_ROW),
        *ASKING_PARTS,
    ]
    begun = partial(Upserting, shape, create, update, history)
    behaviour = BulkDeed(shape, row, payload, begun)
    return made_field(payload, told(description, create, update), parts, behaviour)


def _item(shape: Shape, plural: str) -> Any:
    given = made_input(
        f"Upsert{shape.name}Input",
        written_parts(shape, shape.written(history=False), creating=False),
        f"The values of a {shape.name}; a new one needs what creating one needs.",
    )
    parts = [
        Part(
            "externalRef",
            ExternalRefInput | None,
            "By what id another system knows it: one that is not known here yet is made.",
        ),
        Part("id", strawberry.ID | None, "Its id, instead: it must be here."),
        Part("input", given, "Its values."),
    ]
    if past := list(shape.written(history=True)):
        made = made_input(
            f"{shape.name}HistoryInput",
            written_parts(shape, iter(past), creating=False),
            f"What is already so of a {shape.name} that lived elsewhere.",
        )
        parts.append(Part("history", made | None, "What is already so; needs a permission."))
    return made_input(f"Upsert{plural}Item", parts, f"One item of upsert{plural}.")


@dataclass
class Upserting:
    """One call: its items, and which records they mean; an empty id is a new record's.

    What a reference names, and this actor may not see, is refused as if it were not there, and a
    second one is not made: its id is told to nobody.
    """

    shape: Shape
    create: Command
    update: Command
    history: Permission
    arguments: Mapping[str, Any]
    ids: list[str] = field(default_factory=list)
    first: dict[Ref | str, int] = field(default_factory=dict)

    @property
    def items(self) -> Sequence[Mapping[str, Any]]:
        items: Sequence[Mapping[str, Any]] = self.arguments["items"]
        return items

    async def rows(self, work: Work, reader: Reader) -> list[Row]:
        if len(self.items) > MAX_ROWS:
            raise LimitExceeded(f"at most {MAX_ROWS} items at once", path=("items",))
        refs = [ref for it in self.items if (ref := _ref_of(it))]
        sound = [it for it in refs if not any(map(oddity, it))]
        known = await references.known_by(work.session, self.shape.name, sound)
        for index, it in enumerate(self.items):
            ref = _ref_of(it)
            id = it.get("id") or (known.get(ref, "") if ref else "")
            self.ids.append(id)
            self.first.setdefault(id or ref or "", index)
        seen = await self._read(work)
        return [Row(index, id if id in seen else "") for index, id in enumerate(self.ids)]

    async def put(self, work: Work, row: Row) -> None:
        item, id = self.items[row.index], self.ids[row.index]
        admit(work.actor, permission_of(self.update if id else self.create))
        changes = self._changes(work, item, creating=not id)
        if self.first[id or _ref_of(item) or ""] != row.index:
            raise Duplicate("this record stands twice in one call", path=(_key_of(item),))
        if id:
            record = await self.update(work, id, changes, None)
            changed = work.session.is_modified(record) or record.id in work.differences
            row.status = RowStatus.UPDATED if changed else RowStatus.UNCHANGED
        else:
            record = await self.create(work, changes)
            row.status = RowStatus.CREATED
        row.id = record.id

    async def finish(self, work: Work, rows: Sequence[Row]) -> None:
        made = [it for it in rows if it.status is RowStatus.CREATED]
        fresh = {ref: it.id for it in made if (ref := _ref_of(self.items[it.index]))}
        await references.note(work.session, self.shape.name, fresh)

    def errors(self, row: Row, refusal: Refusal | Refusals) -> list[UserError]:
        """Say which item and, where one is to blame, which of its values."""
        of_values = any(it.path and it.path[0] not in KEYS for it in each_of(refusal))
        return user_errors(refusal, "items", row.index, *(("input",) if of_values else ()))

    async def _read(self, work: Work) -> Container[str]:
        """Read what will be changed, and what is referred to here, each type at once."""
        ids = [it for it in self.ids if it]
        seen = await work.all(self.shape.entity, ids) if ids else {}
        for it in self.shape.fields.values():
            if not (isinstance(it, Reference) and it.write and it.target):
                continue
            given = {each["input"].get(it.input_name) for each in self.items} - {None}
            if given:
                await work.all(shape_of(it.target).entity, sorted(given))
        return seen

    def _changes(self, work: Work, item: Mapping[str, Any], *, creating: bool) -> Changes:
        ref = _ref_of(item)
        if bool(ref) is bool(item.get("id")):
            raise Invalid("an item says its id, or its externalRef", path=("externalRef",))
        unfit = [
            it for told in ref or () for it in unfit_text("externalRef", told, length=MAX_REF)
        ]
        if unfit:
            raise Refusals(unfit)
        given = dict(item["input"])
        if past := item.get("history"):
            admit(work.actor, self.history)
            given |= past
        refuse_input(self.shape, work.actor, given)
        return changes_of(self.shape, given, creating=creating)


def _ref_of(item: Mapping[str, Any]) -> Ref | None:
    given = item.get("externalRef")
    return (given["source"], given["id"]) if given else None


def _key_of(item: Mapping[str, Any]) -> str:
    return "id" if item.get("id") else "externalRef"
