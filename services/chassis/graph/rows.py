"""Bulk mutations: many records in one unit of work, and a result for each of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import strawberry

from services.chassis.graph.declare import Info
from services.chassis.graph.errors import (
    Reading,
    add_candidates,
    each_of,
    kept_error,
    of_arguments,
    read_error,
)
from services.chassis.graph.making import Part, list_of, made_type
from services.chassis.graph.payloads import (
    done_by,
    filled,
    payload_parts,
    refused,
    reread,
    within,
)
from services.chassis.graph.read import Reader
from services.chassis.graph.request import Request
from services.chassis.graph.running import Running
from services.chassis.graph.selection import Selected, selected_by
from services.chassis.graph.shapes import Shape
from services.chassis.graph.types import OnError, RowStatus, UserError
from services.chassis.idempotency import Answer
from services.chassis.refusals import Refusal, Refusals
from services.chassis.work import Work

MAX_ROWS = 500


@dataclass
class Row:
    """One record of a bulk, and what became of it."""

    index: int
    id: str = ""
    status: RowStatus = RowStatus.UNCHANGED
    refusals: tuple[Refusal, ...] = ()
    errors: list[UserError] = field(default_factory=list)


class Rowwise(Protocol):
    """What is done row by row: an upsert of items, or a command on what a filter finds."""

    async def rows(self, work: Work, reader: Reader) -> list[Row]:
        """Give the rows in order, or refuse all of it; the reader sees what the work does."""

    async def put(self, work: Work, row: Row) -> None:
        """Do one row: set its id and status, or refuse it; what is refused is done again."""

    async def finish(self, work: Work, rows: Sequence[Row]) -> None:
        """Do what is left when all rows are done."""

    def errors(self, row: Row, refusal: Refusal | Refusals) -> list[UserError]:
        """Say why a row was refused."""


def bulk_types(shape: Shape, name: str, row: str, *more: Part) -> tuple[Any, Any]:
    """Make the type of a bulk's rows and its payload, which may say more."""
    made: Any = made_type(
        row,
        [
            Part("index", int, "Which row this is about, counted from 0."),
            Part("id", strawberry.ID | None, "The record's id; null if none was made."),
            Part("status", RowStatus, "What became of it."),
            Part(record_name(shape), shape.cls | None, "The record as it now is."),
            Part("userErrors", list[UserError], "Why it was refused; empty if it was done."),
        ],
        f"What became of one row of {name}.",
    )
    parts = [Part("results", list_of(made), "A result for each row, in their order.")]
    payload = made_type(
        f"{name[0].upper()}{name[1:]}Payload",
        [*parts, *more, *payload_parts()],
        f"What became of {name}.",
    )
    return made, payload


def error_part(default: OnError) -> Part:
    return Part("onError", OnError, "What becomes of the rest if a row is refused.", default)


def record_name(shape: Shape) -> str:
    return shape.name[0].lower() + shape.name[1:]


@dataclass(frozen=True)
class BulkDeed:
    """Runs rows in one unit of work; a refused one leaves nothing."""

    shape: Shape
    row: Any
    payload: Any
    begun: Callable[[Mapping[str, Any]], Rowwise]

    async def __call__(self, _source: Any, info: Info, **arguments: Any) -> Any:
        request: Request = info.context
        asked = selected_by(info)
        done: list[Row] = []
        try:
            running = Running.of(info, arguments, bulk=True)
            doing = partial(self._do, request, arguments, done)
            pay = await running.run(doing, partial(self._pay, request, asked))
        except (Refusal, Refusals) as refusal:
            return await self._refused(request, done, refusal)
        return await pay()

    async def _do(
        self, request: Request, arguments: Mapping[str, Any], done: list[Row], work: Work
    ) -> Answer:
        rowwise = self.begun(arguments)
        async with within(request, work) as reader:
            rows = await rowwise.rows(work, reader)
        done.extend(rows)
        is_atomic = arguments["onError"] is OnError.ATOMIC
        await put_all(work, rowwise, rows, is_atomic=is_atomic)
        await rowwise.finish(work, rows)
        await work.write()
        await _complete(partial(within, request, work), work.actor, done)
        return {"rows": [_kept(it) for it in done], **done_by(work)}

    async def _pay(
        self, request: Request, asked: Selected, reading: Reading, answer: Answer
    ) -> Any:
        name = record_name(self.shape)
        rows = answer["rows"]
        wanted = [
            it
            for results in asked.selections()
            if results.name == "results"
            for it in results.selections()
            if it.name == name
        ]
        ids = [it["id"] for it in rows if it["status"] != RowStatus.REFUSED.name]
        found = await reread(request, reading, self.shape, wanted, ids)
        results = [self._result(it, found.get(it["id"])) for it in rows]
        return filled(self.payload, answer, self.values(results))

    async def _refused(
        self, request: Request, done: Sequence[Row], refusal: Refusal | Refusals
    ) -> Any:
        """Say why nothing was kept, and which row it was that stood in the way."""
        rows = [it for it in done if it.status is RowStatus.REFUSED]
        await _complete(request.reader, request.actor, rows)
        errors = of_arguments(refusal) if not rows else [e for it in rows for e in it.errors]
        results = [self._result(_kept(it), None) for it in rows]
        return refused(self.payload, self.values(results), errors)

    def values(self, results: Sequence[Any]) -> dict[str, Any]:
        """Give what its payload says beside what all say."""
        return {"results": results}

    def _result(self, kept: Mapping[str, Any], record: Any) -> Any:
        made = object.__new__(self.row)
        made.__dict__.update(
            {
                "index": kept["index"],
                "id": kept["id"] or None,
                "status": RowStatus[kept["status"]],
                record_name(self.shape): record,
                "userErrors": [read_error(it) for it in kept["errors"]],
            }
        )
        return made


async def put_all(
    work: Work, rowwise: Rowwise, rows: Sequence[Row], *, is_atomic: bool = False
) -> None:
    """Do rows in one attempt; if that is refused, all but the refused ones in fewer.

    A command says which row it refuses; what the database refuses is found by halves.
    """
    ahead = [rows]
    while ahead:
        if not (some := ahead.pop()):
            continue
        at = 0
        try:
            async with work.attempt():
                for row in some:
                    await rowwise.put(work, row)
                    at += 1
        except (Refusal, Refusals) as refusal:
            if at == len(some) > 1:
                ahead += [some[at // 2 :], some[: at // 2]]
                continue
            at = min(at, len(some) - 1)
            _refuse(rowwise, some[at], refusal)
            if is_atomic:
                raise
            ahead += [some[at + 1 :], some[:at]]


def _refuse(rowwise: Rowwise, row: Row, refusal: Refusal | Refusals) -> None:
    row.status, row.refusals = RowStatus.REFUSED, each_of(refusal)
    row.errors = rowwise.errors(row, refusal)


async def _complete(reading: Reading, actor: Any, rows: Sequence[Row]) -> None:
    refusals = [it for row in rows for it in row.refusals]
    errors = [it for row in rows for it in row.errors]
    await add_candidates(reading, actor, refusals, errors)


def _kept(row: Row) -> dict[str, Any]:
    return {
        "index": row.index,
        "id": row.id,
        "status": row.status.name,
        "errors": [kept_error(it) for it in row.errors],
    }
