"""Sweeps: bulk by filter as a job; what is found is written down, and each of it has its turn.

A record that the filter finds no more when its turn has come is left as it is, and told among the
refused; one that it finds only since is no part of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, ClassVar

import orjson
from graphql import (
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLNonNull,
    get_named_type,
    parse_value,
    value_from_ast_untyped,
)
from sqlalchemy import ColumnElement, select

from services.chassis import files, jobs
from services.chassis.conditions import among
from services.chassis.files import File, FileLimits
from services.chassis.graph.cells import Cell
from services.chassis.graph.declare import Info
from services.chassis.graph.errors import Reading
from services.chassis.graph.filtered import ByFilter, Filtered, by_filter, differing
from services.chassis.graph.inputs import kept, read_back
from services.chassis.graph.making import Part, behaviours_of
from services.chassis.graph.mutate import uncapitalised
from services.chassis.graph.payloads import done_by, filled, reread, within
from services.chassis.graph.read import Reader
from services.chassis.graph.request import Request
from services.chassis.graph.rows import MAX_ROWS, BulkDeed, Row
from services.chassis.graph.running import Running
from services.chassis.graph.selection import Selected, selected_by
from services.chassis.graph.shapes import Shape, shape_of
from services.chassis.graph.types import FileFormat, OnError
from services.chassis.idempotency import Answer
from services.chassis.jobs import Job, JobKind
from services.chassis.permissions import Permission, admit
from services.chassis.refusals import Code, Refusal, Refusals
from services.chassis.work import Work

PER_PART = 10_000
Types = Mapping[str, Any]
"""The types of the schema by their names; filled once it is made, and asked only then."""


class FoundNoMore(Refusal):
    code, reason = Code.NOT_FOUND, "FOUND_NO_MORE"


@dataclass(frozen=True)
class Sweep:
    """A mutation by filter that a job can do."""

    deed: ByFilter
    types: Types

    def of(self, options: Mapping[str, Any]) -> "Found":
        """Take up what was asked for."""
        return Found(self.deed, self._read(options), options)

    async def begin(
        self, work: Work, reader: Reader, limits: FileLimits, arguments: Mapping[str, Any]
    ) -> Job:
        """Write down what the filter finds, if it is as much as said, and queue the job."""
        asked = Filtered(self.deed, arguments)
        asked.admit(work.actor)
        name, media_type = f"records of {self.deed.name}", FileFormat.JSONL.value
        file = await files.begin(work, limits, name=name, media_type=media_type)
        await work.flush()
        found = await self._write_down(work, file, *await asked.conditions(reader))
        if found != arguments["expectedCount"]:
            raise differing(found)
        await files.close(work, file, sha256=None)
        job = jobs.queue(
            work,
            JobKind.BULK,
            self.deed.shape.name,
            source_file_id=file.id,
            is_dry_run=arguments["rehearse"],
            total=found,
            options=self._kept(arguments),
        )
        await work.flush()
        return job

    async def _write_down(self, work: Work, file: File, *conditions: ColumnElement[bool]) -> int:
        entity = self.deed.shape.entity
        statement = select(entity.id).where(*conditions).order_by(entity.id)
        streamed = statement.execution_options(yield_per=PER_PART)
        found = 0
        async for ids in (await work.session.stream_scalars(streamed)).partitions():
            lines = b"".join(orjson.dumps({"id": it}) + b"\n" for it in ids)
            await files.write(work.session, file.id, lines)
            found += len(ids)
        return found

    def _kept(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        given = {name: kept(arguments[name], it) for name, it in self._inputs(arguments)}
        return {"format": FileFormat.JSONL.name, "mutation": self.deed.name, **given}

    def _read(self, options: Mapping[str, Any]) -> dict[str, Any]:
        return {name: read_back(options[name], it) for name, it in self._inputs(options)}

    def _inputs(self, given: Mapping[str, Any]) -> Iterator[tuple[str, GraphQLInputObjectType]]:
        """Give the types of its filter and, where it has one, of its input."""
        arguments = self.types["Mutation"].fields[self.deed.name].args
        for name in ("where", "input"):
            if given.get(name) is not None:
                yield name, get_named_type(arguments[name].type)


ITEM = GraphQLInputObjectType("Found", {"id": GraphQLInputField(GraphQLNonNull(GraphQLID))})


@dataclass(frozen=True)
class Found:
    """The lines of a file of what a filter found; a refused one becomes an item of an upsert."""

    deed: ByFilter
    arguments: Mapping[str, Any]
    options: Mapping[str, Any]
    item: ClassVar[GraphQLInputObjectType] = ITEM

    def cells(self) -> dict[str, Cell]:
        return {}

    def rowwise(self, items: Sequence[Mapping[str, Any]]) -> "StillFound":
        return StillFound(self.deed, self.arguments, ids=[it["id"] for it in items])

    def mended(self, raw: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**raw, **self._input}

    @cached_property
    def _input(self) -> Mapping[str, Any]:
        given = self.options.get("input")
        return {"input": value_from_ast_untyped(parse_value(given))} if given else {}


@dataclass
class StillFound(Filtered):
    """A batch of what was found."""

    ids: list[str] = field(default_factory=list)
    left: frozenset[str] = frozenset()

    async def rows(self, work: Work, reader: Reader) -> list[Row]:
        self.admit(work.actor)
        conditions = await self.conditions(reader)
        found = await self.held(work, among(self.of.shape.entity.id, self.ids), *conditions)
        self.left = frozenset(found)
        return [Row(index, id) for index, id in enumerate(self.ids)]

    async def put(self, work: Work, row: Row) -> None:
        if row.id not in self.left:
            raise FoundNoMore("the filter finds it no more")
        await super().put(work, row)


@dataclass(frozen=True)
class Swept(BulkDeed):
    """Does a few records at once; more are a job's, if each may be refused by itself."""

    sweep: Sweep
    job: Shape
    run: Permission

    async def __call__(self, _source: Any, info: Info, **arguments: Any) -> Any:
        is_atomic = arguments["onError"] is OnError.ATOMIC
        if is_atomic or arguments["expectedCount"] <= MAX_ROWS:
            return await super().__call__(_source, info, **arguments)
        request: Request = info.context
        arguments["rehearse"] = bool(arguments.pop("dryRun", None))
        try:
            running = Running.of(info, arguments)
            doing = partial(self._queue, request, arguments)
            pay = await running.run(doing, partial(self._promise, request, selected_by(info)))
        except (Refusal, Refusals) as refusal:
            return await self._refused(request, [], refusal)
        return await pay()

    def values(self, results: Sequence[Any], job: Any = None) -> dict[str, Any]:
        return {"results": results, uncapitalised(self.job.name): job}

    async def _queue(self, request: Request, arguments: Mapping[str, Any], work: Work) -> Answer:
        admit(work.actor, self.run)
        async with within(request, work) as reader:
            job = await self.sweep.begin(work, reader, request.limits, arguments)
        return {"job": job.id, **done_by(work)}

    async def _promise(
        self, request: Request, asked: Selected, reading: Reading, answer: Answer
    ) -> Any:
        id, name = answer["job"], uncapitalised(self.job.name)
        wanted = [it for it in asked.selections() if it.name == name]
        found = await reread(request, reading, self.job, wanted, [id])
        return filled(self.payload, answer, self.values([], found.get(id)))


def deeds_by_filter(mutations: type) -> dict[str, ByFilter]:
    """Find the mutations by filter that stand among a service's."""
    found = {}
    for name, deed in behaviours_of(mutations):
        begun = getattr(deed, "begun", None)
        if isinstance(begun, partial) and begun.func is Filtered:
            (found[name],) = begun.args
    return found


def sweeping_field(job: Any, deed: ByFilter, run: Permission, types: Types) -> Any:
    """Make a mutation by filter anew, so that a job does what is too much for one answer."""
    shape = shape_of(job)
    said = f"The job that does it, where there are more than {MAX_ROWS}; it needs `{run}` too."
    part = Part(uncapitalised(shape.name), job | None, said)
    return by_filter(
        deed, part, behaves=partial(Swept, sweep=Sweep(deed, types), job=shape, run=run)
    )
