"""Bulk upserts: many rows matched by external reference, a result for each of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from services.chassis import references
from services.chassis.changes import Changes
from services.chassis.graph.errors import each_of, user_errors
from services.chassis.graph.inputs import changes_of, unfit_text, written_parts
from services.chassis.graph.making import Part, list_of, made_field, made_input
from services.chassis.graph.mutate import Command, told
from services.chassis.graph.payloads import ASKING_PARTS
from services.chassis.graph.read import Reader
from services.chassis.graph.rows import MAX_ROWS, BulkDeed, Row, bulk_types, error_part
from services.chassis.graph.shapes import Shape, shape_of
from services.chassis.graph.types import ExternalRefInput, OnError, RowStatus, UserError
from services.chassis.permissions import Permission, admit
from services.chassis.references import Ref
from services.chassis.refusals import Duplicate, LimitExceeded, Refusal, Refusals
from services.chassis.work import Work

MAX_REF = 200


def upsert(
    cls: type,
    create: Command,
    update: Command,
    *,
    history: Permission,
    plural: str = "",
    description: str = "",
) -> Any:
    """Make the mutation that makes or changes up to 500 records by their external references.

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
        Part("externalRef", ExternalRefInput, "By what id the other system knows it."),
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
    """One call: its items, which references were known before, and which were made here.

    What a reference names, and this actor may not see, is refused as if it were not there, and a
    second one is not made: its id is told to nobody.
    """

    shape: Shape
    create: Command
    update: Command
    history: Permission
    arguments: Mapping[str, Any]
    known: dict[Ref, str] = field(default_factory=dict)
    noted: dict[Ref, str] = field(default_factory=dict)

    async def rows(self, work: Work, reader: Reader) -> list[Row]:
        items = self.arguments["items"]
        if len(items) > MAX_ROWS:
            raise LimitExceeded(f"at most {MAX_ROWS} items at once", path=("items",))
        refs = [_ref_of(it) for it in items]
        self.known = await references.known_by(work.session, self.shape.name, refs)
        seen = await work.seen(self.shape.entity, list(self.known.values()))
        ids = (self.known.get(ref, "") for ref in refs)
        return [Row(index, id if id in seen else "") for index, id in enumerate(ids)]

    async def put(self, work: Work, row: Row) -> None:
        item = self.arguments["items"][row.index]
        ref = _ref_of(item)
        if ref in self.noted:
            raise Duplicate("this reference stands twice in one call", path=("externalRef",))
        known = self.known.get(ref)
        changes = self._changes(work, item, creating=known is None)
        if known:
            record = await self.update(work, known, changes, None)
            changed = work.session.is_modified(record) or record.id in work.differences
            row.status = RowStatus.UPDATED if changed else RowStatus.UNCHANGED
        else:
            record = await self.create(work, changes)
            row.status = RowStatus.CREATED
        await work.flush()
        self.noted[ref] = row.id = record.id

    async def finish(self, work: Work) -> None:
        fresh = {ref: id for ref, id in self.noted.items() if ref not in self.known}
        await references.note(work.session, self.shape.name, fresh)

    def errors(self, row: Row, refusal: Refusal | Refusals) -> list[UserError]:
        """Say which item and, where one is to blame, which of its values."""
        of_values = any(it.path and it.path[0] != "externalRef" for it in each_of(refusal))
        return user_errors(refusal, "items", row.index, *(("input",) if of_values else ()))

    def _changes(self, work: Work, item: Mapping[str, Any], *, creating: bool) -> Changes:
        unfit = [
            it for told in _ref_of(item) for it in unfit_text("externalRef", told, length=MAX_REF)
        ]
        if unfit:
            raise Refusals(unfit)
        given = dict(item["input"])
        if past := item.get("history"):
            admit(work.actor, self.history)
            given |= past
        return changes_of(self.shape, given, creating=creating)


def _ref_of(item: Mapping[str, Any]) -> Ref:
    return item["externalRef"]["source"], item["externalRef"]["id"]
