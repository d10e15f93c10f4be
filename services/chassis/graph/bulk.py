"""Bulk upserts: many rows matched by external reference, a result for each of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic.alias_generators import to_camel

from services.chassis import references
from services.chassis.changes import Changes
from services.chassis.graph.declare import Info
from services.chassis.graph.inputs import changes_of, written_parts
from services.chassis.graph.making import Part, list_of, made_field, made_input, made_type
from services.chassis.graph.mutate import (
    Command,
    published,
    reread,
    told,
    user_errors,
)
from services.chassis.graph.request import Request
from services.chassis.graph.selection import selected_by
from services.chassis.graph.shapes import Shape, shape_of
from services.chassis.graph.types import (
    ExternalRefInput,
    OnError,
    PublishedEvent,
    RowStatus,
    UserError,
)
from services.chassis.permissions import Permission, admit
from services.chassis.references import Ref
from services.chassis.refusals import Duplicate, LimitExceeded, Refusal, Refusals, Required
from services.chassis.work import Work

MAX_ITEMS = 500


def upsert(
    cls: type,
    create: Command,
    update: Command,
    *,
    history: Permission,
    plural: str = "",
    description: str,
) -> Any:
    """Make the mutation that makes or changes up to 500 records by their external references.

    Fields marked `history` may be set too, by those whose roles hold that permission.
    """
    shape = shape_of(cls)
    plural = plural or f"{shape.name}s"
    record = to_camel(shape.name[0].lower() + shape.name[1:])
    row: Any = made_type(
        f"Upserted{shape.name}",
        [
            Part("index", int, "Which item this is about, counted from 0."),
            Part("status", RowStatus, "What became of it."),
            Part(record, shape.cls | None, "The record as it now is."),
            Part("userErrors", list[UserError], "Why it was refused; empty if it was done."),
        ],
        f"What became of one item of upsert{plural}.",
    )
    payload = made_type(
        f"Upsert{plural}Payload",
        [
            Part("results", list_of(row), "A result for each item, in their order."),
            Part("events", list[PublishedEvent], "The events that were published."),
            Part("userErrors", list[UserError], "Why all of it was refused; empty if it was not."),
        ],
        f"What became of upsert{plural}.",
    )
    parts = [
        Part("items", list_of(_item(shape, plural)), f"At most {MAX_ITEMS} items."),
        Part("onError", OnError, "What becomes of the rest if a row is refused.", OnError.PER_ROW),
    ]
    behaviour = Upsert(shape, record, row, payload, create, update, history)
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


@dataclass(frozen=True)
class Upsert:
    """Runs the items one by one in one unit of work; a refused one leaves nothing."""

    shape: Shape
    record: str
    row: Any
    payload: Any
    create: Command
    update: Command
    history: Permission

    async def __call__(
        self, _source: Any, info: Info, items: Sequence[Mapping[str, Any]], **arguments: Any
    ) -> Any:
        request: Request = info.context
        rows = [self._row(index) for index in range(len(items))]
        try:
            if len(items) > MAX_ITEMS:
                raise LimitExceeded(f"at most {MAX_ITEMS} items at once", path=("items",))
            async with request.begin(bulk=True) as work:
                atomic = arguments["onError"] is OnError.ATOMIC
                ids = await self._run(work, items, rows, atomic=atomic)
        except (Refusal, Refusals) as refused:
            kept = [it for it in rows if it.__dict__["status"] is RowStatus.REFUSED]
            return self._payload(kept, errors=user_errors(refused))
        found = await self._reread(request, info, ids)
        for row, id in zip(rows, ids, strict=True):
            row.__dict__[self.record] = found.get(id)
        return self._payload(rows, work)

    async def _run(
        self, work: Work, items: Sequence[Mapping[str, Any]], rows: Sequence[Any], *, atomic: bool
    ) -> list[str]:
        refs = [(it["externalRef"]["source"], it["externalRef"]["id"]) for it in items]
        known = await references.known_by(work.session, self.shape.name, refs)
        noted: dict[Ref, str] = {}
        ids = []
        for item, ref, row in zip(items, refs, rows, strict=True):
            try:
                async with work.attempt():
                    if ref in noted:
                        raise Duplicate("this reference stands twice in one call")
                    id = await self._put(work, item, known.get(ref), row)
                noted[ref] = id
                ids.append(id)
            except (Refusal, Refusals) as refused:
                row.__dict__["status"] = RowStatus.REFUSED
                row.__dict__["userErrors"] = self._errors(refused, row.index)
                ids.append("")
                if atomic:
                    raise
        fresh = {ref: id for ref, id in noted.items() if ref not in known}
        await references.note(work.session, self.shape.name, fresh)
        return ids

    async def _put(self, work: Work, item: Mapping[str, Any], known: str | None, row: Any) -> str:
        changes = self._changes(work, item, creating=known is None)
        if known is None:
            record = await self.create(work, changes)
            status = RowStatus.CREATED
        else:
            record = await self.update(work, known, changes, None)
            changed = work.session.is_modified(record) or record.id in work.differences
            status = RowStatus.UPDATED if changed else RowStatus.UNCHANGED
        row.__dict__["status"] = status
        return str(record.id)

    def _changes(self, work: Work, item: Mapping[str, Any], *, creating: bool) -> Changes:
        ref = item["externalRef"]
        if not (ref["source"].strip() and ref["id"].strip()):
            raise Required("a reference has a source and an id", path=("externalRef",))
        given = dict(item["input"])
        if past := item.get("history"):
            admit(work.actor, self.history)
            given |= past
        return changes_of(self.shape, given, creating=creating)

    async def _reread(self, request: Request, info: Info, ids: Sequence[str]) -> dict[str, Any]:
        wanted = [it for it in ids if it]
        found: dict[str, Any] = {}
        for it in selected_by(info).selections():
            if it.name == "results":
                found |= await reread(request, self.shape, it, self.record, wanted)
        return found

    def _errors(self, refused: Refusal | Refusals, index: int) -> list[UserError]:
        """Say which item and, where one is to blame, which of its values."""
        each = refused.refusals if isinstance(refused, Refusals) else (refused,)
        of_values = any(it.path and it.path[0] != "externalRef" for it in each)
        return user_errors(refused, "items", index, *(("input",) if of_values else ()))

    def _row(self, index: int) -> Any:
        row = object.__new__(self.row)
        row.__dict__.update(
            {"index": index, "status": RowStatus.UNCHANGED, self.record: None, "userErrors": []}
        )
        return row

    def _payload(
        self, rows: Sequence[Any], work: Work | None = None, errors: Sequence[UserError] = ()
    ) -> Any:
        made = object.__new__(self.payload)
        events = published(work) if work else []
        made.__dict__.update({"results": rows, "events": events, "userErrors": list(errors)})
        return made
