"""Files and jobs in the graph: the same for every service, under its name, for all record types.

A record type that has an upsert can be imported, every list can be exported, and what a mutation
by filter finds too much is done by a job: none says a word of it. `salesJob` and `salesFile` are
records like any other.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import strawberry
from pydantic.alias_generators import to_camel

from services.chassis import files, jobs
from services.chassis.files import MAX_CHUNK, File, FileLimits
from services.chassis.graph.declare import Info, connection, one, recorded
from services.chassis.graph.filtered import ByFilter
from services.chassis.graph.making import Part, made_field, made_input
from services.chassis.graph.mutate import Command, Deed, mutation, told, verb
from services.chassis.graph.request import Request
from services.chassis.graph.shapes import Shape, computed, field, reference, shape_of
from services.chassis.graph.sweeping import Types, sweeping_field
from services.chassis.graph.transfers import (
    Listing,
    Upsert,
    capitalised,
    exporting_field,
    importing_field,
)
from services.chassis.graph.types import FileFormat, FilePart
from services.chassis.jobs import Job
from services.chassis.permissions import Permission, requires
from services.chassis.reading import Reading
from services.chassis.refusals import Invalid
from services.chassis.work import Work

MAX_BASE64 = (MAX_CHUNK + 2) // 3 * 4

FILE_INPUT = made_input(
    "FileInput",
    [
        Part("name", str, "What it is called."),
        Part("format", FileFormat, "How it holds records."),
    ],
    "What a new file is.",
)


@dataclass(frozen=True)
class Jobs:
    """What a service says of its jobs: its name, and the permissions that they need."""

    service: str
    run: Permission
    export: Permission

    @property
    def type_name(self) -> str:
        return capitalised(to_camel(self.service))


def mutation_of(options: Mapping[str, Any]) -> str | None:
    """Tell by which mutation a job was asked for; the kit reads the parameter's name."""
    return options.get("mutation")


def dialect_part(name: str) -> Any:
    """Tell of an import how its file is written; the kit reads the parameter's name."""

    def part(options: Mapping[str, Any]) -> str | None:
        return (options.get("dialect") or {}).get(name)

    return part


def record_types(of: Jobs) -> tuple[Any, Any]:
    """Make the two record types, under the service's name."""
    name = of.type_name
    file: dict[str, Any] = {
        "name": (str, field("What it is called.")),
        "media_type": (str, field("`text/csv` or `application/jsonl`.")),
        "state": (files.FileState, field("Whether it is complete.")),
        "size": (int, field("How many bytes it has.")),
        "chunks": (int, field("In how many chunks they came: the number of the next one.")),
        "sha256": (str | None, field("Its digest, once it is whole.")),
        "expires_at": (datetime, field("When it will be removed.")),
    }
    seen = Reading(File, of.run)
    File_ = recorded(f"{name}File", seen, file, "A file that goes in or out.")  # noqa: N806  # a class
    job: dict[str, Any] = {
        "kind": (jobs.JobKind, field("What it does.")),
        "record_type": (str, field("With which type of records.")),
        "mutation": (str | None, computed(mutation_of, "What a BULK does with each record.")),
        "state": (jobs.JobState, field("How far it is.")),
        "is_dry_run": (bool, field("Whether it keeps nothing.")),
        "total": (
            int | None,
            field("How many records; of an import how many lines its file has."),
        ),
        "done": (int, field("How many rows are behind it.")),
        "failed": (int, field("How many of them were refused.")),
        "created": (int, field("How many records it made.")),
        "updated": (int, field("How many records it changed.")),
        "unchanged": (int, field("How many records were so already.")),
        "started_at": (datetime | None, field("When it began.")),
        "heartbeat_at": (datetime | None, field("When it last went on.")),
        "finished_at": (datetime | None, field("When it ended.")),
        "reason": (str | None, field("Why it failed: the refusal's own name.")),
        "message": (str | None, field("Why it failed, in words for a person.")),
        "source_file": (File_ | None, reference(Job.source_file_id, "What it reads.")),
        "result_file": (File_ | None, reference(Job.result_file_id, "What it writes.")),
        "failed_file": (
            File_ | None,
            reference(Job.failed_file_id, "The refused rows with their reasons, to be mended."),
        ),
        **{
            name: (str | None, computed(dialect_part(part), said))
            for name, part, said in (
                ("delimiter", "delimiter", "What stands between the cells of its file."),
                ("quote", "quote", "What stands around them."),
                ("encoding", "encoding", "How its letters are written."),
                ("line_end", "line_end", "What ends its lines."),
            )
        },
    }
    return File_, recorded(f"{name}Job", Reading(Job, of.run), job, "Work on a whole file.")


def query_fields(of: Jobs, file: Any, job: Any) -> dict[str, Any]:
    parts = [
        Part("id", strawberry.ID, "Which file."),
        Part("from", int, "The chunk at which the part begins.", 0),
    ]
    described = "A part of a file: about half a megabyte, from one of its chunks on."
    return {
        f"{of.service}_file": one(file, "One file."),
        f"{of.service}_files": connection(file, "The files of one's own, or all for who may."),
        f"{of.service}_file_part": made_field(
            FilePart | None, described, parts, Parted(shape_of(file))
        ),
        f"{of.service}_job": one(job, "One job."),
        f"{of.service}_jobs": connection(job, "The jobs of one's own, or all for who may."),
    }


def mutation_fields(
    of: Jobs,
    kinds: tuple[Any, Any],
    upserts: Iterable[Upsert],
    listings: Iterable[Listing],
    deeds: Mapping[str, ByFilter],
    types: Types,
) -> dict[str, Any]:
    """Make the mutations of files and jobs, and two for each record type.

    Those by filter are made anew: a job does what is too much for one answer.
    """
    name, (file, job) = of.type_name, kinds
    return {
        f"create_{of.service}_file": creating_field(of, file),
        f"append_to_{of.service}_file": verb(
            file,
            _appending(of),
            "Add the next chunk to a file; one that came before is let pass.",
            name=f"AppendTo{name}File",
            limits=_limits,
        ),
        f"close_{of.service}_file": verb(file, _closing(of), "Say that all of a file has come."),
        f"cancel_{of.service}_job": verb(job, _cancelling(of), "Stop a job; what is in stays."),
        f"resume_{of.service}_job": verb(
            job, _resuming(of), "Let a job go on that has failed or was stopped."
        ),
        **{f"import_{it.plural}": importing_field(job, it, types) for it in upserts},
        **{f"export_{it.plural}": exporting_field(job, it, of.export, types) for it in listings},
        **{it: sweeping_field(job, deed, of.run, types) for it, deed in deeds.items()},
    }


def creating_field(of: Jobs, file: Any) -> Any:
    @requires(of.run)
    async def create(work: Work, arguments: Mapping[str, Any]) -> File:
        given, limits = arguments["input"], arguments["asked"]["limits"]
        made = await files.begin(
            work, limits, name=given["name"], media_type=given["format"].value
        )
        await work.flush()
        return made

    async def ask(request: Request, _arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"limits": request.limits}

    shape = shape_of(file)
    parts = [Part("input", FILE_INPUT, "What it is.")]
    deed = Deed(shape, of.run, create, ask)
    return mutation(shape, f"Create{shape.name}", told("Begin a file.", create), parts, deed)


async def _limits(request: Request, _id: str) -> FileLimits:
    return request.limits


def _appending(of: Jobs) -> Command:
    @requires(of.run)
    async def append(
        work: Work,
        id: str,
        *,
        number: Annotated[int, "Which chunk it is: the first is 0."],
        content: Annotated[str, "Its bytes in base64, half a megabyte at the most.", MAX_BASE64],
        limits: FileLimits,
    ) -> File:
        file = await work.lock(File, id)
        try:
            read = base64.b64decode(content, validate=True)
        except binascii.Error:
            raise Invalid("this is no base64", path=("content",)) from None
        await files.append(work, limits, file, number=number, content=read)
        return file

    return append


def _closing(of: Jobs) -> Command:
    @requires(of.run)
    async def close(
        work: Work,
        id: str,
        *,
        sha256: Annotated[str | None, "Its digest, to be sure that nothing was lost.", 64] = None,
    ) -> File:
        file = await work.lock(File, id)
        await files.close(work, file, sha256=sha256)
        return file

    return close


def _cancelling(of: Jobs) -> Command:
    @requires(of.run)
    async def cancel(work: Work, id: str) -> Job:
        job = await work.lock(Job, id)
        job.cancel(at=work.now)
        return job

    return cancel


def _resuming(of: Jobs) -> Command:
    @requires(of.run)
    async def resume(work: Work, id: str) -> Job:
        job = await work.lock(Job, id)
        job.resume()
        return job

    return resume


@dataclass(frozen=True)
class Parted:
    """Answers with a part of a file, to those who may see the file."""

    shape: Shape

    async def __call__(self, _source: Any, info: Info, **arguments: Any) -> FilePart | None:
        request: Request = info.context
        reading = self.shape.reading
        if reading is None:
            raise TypeError("files are records")
        async with request.reader() as reader:
            visible = reading.visible_to(request.actor)
            if request.actor.sight.hidden:  # who may not see all reads no file of who may
                visible &= File.created_by_id == request.actor.author
            part = await files.part(reader.connection, arguments["id"], arguments["from"], visible)
        if part is None:
            return None
        return FilePart(content=base64.b64encode(part[0]).decode(), next=part[1])
