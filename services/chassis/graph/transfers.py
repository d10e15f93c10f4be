"""Imports and exports in the graph: a mutation each for a record type, which queues a job."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import strawberry
from pydantic.alias_generators import to_camel

from services.chassis import files, jobs
from services.chassis.delimited import Dialect, Lines, Rows, Unreadable
from services.chassis.dialects import HEAD, checked_encoding, found_in
from services.chassis.exchange import Reckoning
from services.chassis.files import File
from services.chassis.graph.bulk import Upserting
from services.chassis.graph.cells import HISTORY, Cell
from services.chassis.graph.declare import Info, Listed
from services.chassis.graph.entries import FileUnreadable, Importable
from services.chassis.graph.exporting import Exportable, Exporting
from services.chassis.graph.filtered import ByFilter
from services.chassis.graph.inputs import kept
from services.chassis.graph.line_by_line import LineByLine
from services.chassis.graph.making import Part, behaviours_of, list_of, made_input
from services.chassis.graph.mutate import Command, Deed, mutation, told
from services.chassis.graph.rows import BulkDeed
from services.chassis.graph.shapes import Shape, shape_of
from services.chassis.graph.sweeping import Sweep, Types
from services.chassis.graph.types import FileFormat
from services.chassis.graph.where import where_input
from services.chassis.jobs import Job, JobKind
from services.chassis.permissions import Permission, admit, permission_of, requires
from services.chassis.refusals import Bounds, Invalid
from services.chassis.runner import Begin, Run
from services.chassis.work import Work

COLUMN_INPUT = made_input(
    "ImportColumnInput",
    [
        Part("column", str, "A heading of the file."),
        Part("field", str | None, "The field that it is; left out, the column is passed over."),
    ],
    "What a column of a file is, where its heading does not say so.",
)
IMPORT_INPUT = made_input(
    "ImportInput",
    [
        Part("fileId", strawberry.ID, "The file, whole."),
        Part("format", FileFormat, "How it holds records."),
        Part("delimiter", str | None, "What stands between cells; found if unsaid."),
        Part("quote", str | None, "What stands around cells; found if unsaid, empty for none."),
        Part("encoding", str | None, "How its letters are written; found if unsaid."),
        Part(
            "columns",
            list_of(COLUMN_INPUT) | None,
            "Which fields columns are whose headings are none. A heading is `name`,"
            " `unitPrice.amount`, `history.status`, `externalRef.id`, `id` …",
        ),
        Part("source", str | None, "The source of `externalRef.id` where no column says it."),
        Part("spreadsheet", bool | None, "Take away the quote that guards against formulas."),
        Part("maxFailures", int | None, "Stop when more rows than this are refused."),
    ],
    "What to bring in, and how it is written.",
)
EXPORT_INPUT = made_input(
    "ExportInput",
    [
        Part("format", FileFormat, "How the file shall hold records."),
        Part(
            "columns",
            list[str] | None,
            "Which columns, in their order; if unsaid, all that can be brought in again.",
        ),
        Part("delimiter", str | None, "What stands between cells: a comma if unsaid."),
        Part(
            "spreadsheet",
            bool | None,
            "Put a quote before texts that a spreadsheet would take for formulas.",
        ),
    ],
    "What to take out, and how to write it.",
)


@dataclass(frozen=True)
class Upsert:
    """An upsert that stands among a service's mutations."""

    shape: Shape
    create: Command
    update: Command
    history: Permission
    plural: str

    @property
    def plural_name(self) -> str:
        return capitalised(to_camel(self.plural))

    def importable(self, types: Types) -> Importable:
        item = types[f"Upsert{self.plural_name}Item"]
        return Importable(self.shape, self.create, self.update, self.history, item)


@dataclass(frozen=True)
class Listing:
    """A list that stands among a service's queries."""

    shape: Shape
    plural: str

    def exportable(self, types: Types, permission: Permission) -> Exportable:
        return Exportable(self.shape, types[f"{self.shape.name}Where"], permission)


def upserts_of(mutations: type) -> Iterator[Upsert]:
    for name, deed in behaviours_of(mutations):
        begun = getattr(deed, "begun", None)
        if isinstance(deed, BulkDeed) and getattr(begun, "func", None) is Upserting:
            given: Any = begun
            shape, create, update, history = given.args
            yield Upsert(shape, create, update, history, name.removeprefix("upsert_"))


def listings_of(queries: type) -> Iterator[Listing]:
    for name, listed in behaviours_of(queries):
        if isinstance(listed, Listed) and listed.only is None:
            yield Listing(listed.shape, name)


def deeds_of(
    types: Types,
    upserts: Sequence[Upsert],
    listings: Sequence[Listing],
    deeds: Sequence[ByFilter],
    export: Permission,
    reckoning: Reckoning,
) -> Mapping[JobKind, Begin]:
    """Say how each kind of job is begun."""
    imports = {it.shape.name: it.importable(types) for it in upserts}
    exports = {it.shape.name: it.exportable(types, export) for it in listings}

    bulks = {it.name: Sweep(it, types) for it in deeds}

    async def importing(run: Run) -> LineByLine:
        return LineByLine(imports[run.job.record_type], reckoning, run)

    async def exporting(run: Run) -> Exporting:
        return Exporting(exports[run.job.record_type], reckoning, run)

    async def doing(run: Run) -> LineByLine:
        sweep = bulks[run.job.options["mutation"]]
        return LineByLine(sweep.of(run.job.options), reckoning, run)

    return {JobKind.IMPORT: importing, JobKind.EXPORT: exporting, JobKind.BULK: doing}


class Started(Deed):
    """Queues a job; the dry run that a client asks for is the job's, and so the job is kept."""

    async def __call__(self, _source: Any, info: Info, **arguments: Any) -> Any:
        arguments["rehearse"] = bool(arguments.pop("dryRun", None))
        return await super().__call__(_source, info, **arguments)


def importing_field(job: Any, upsert: Upsert, types: Types) -> Any:
    """Make the mutation that brings a file in, `importProducts`."""
    permission = permission_of(upsert.create)

    @requires(permission)
    async def bring(work: Work, arguments: Mapping[str, Any]) -> Job:
        return await start_import(work, upsert.importable(types), arguments)

    name = f"Import{upsert.plural_name}"
    description = told(
        f"Bring a file of {upsert.shape.name} records in, as a job: each row as its upsert does.",
        upsert.create,
        upsert.update,
    )
    parts = [Part("input", IMPORT_INPUT, "Which file, and how it is written.")]
    return mutation(
        shape_of(job), name, description, parts, Started(shape_of(job), permission, bring)
    )


def exporting_field(job: Any, listing: Listing, permission: Permission, types: Types) -> Any:
    """Make the mutation that takes records out, `exportProducts`."""

    @requires(permission)
    async def take(work: Work, arguments: Mapping[str, Any]) -> Job:
        return start_export(work, listing.exportable(types, permission), arguments)

    plural = capitalised(to_camel(listing.plural))
    said = f"Write the {listing.shape.name} records that a filter finds into a file, as a job."
    parts = [
        Part("where", where_input(listing.shape) | None, "Which records; all if unsaid."),
        Part("input", EXPORT_INPUT, "What of them, and how to write it."),
    ]
    deed = Deed(shape_of(job), permission, take)
    return mutation(shape_of(job), f"Export{plural}", told(said, take), parts, deed)


async def start_import(work: Work, of: Importable, arguments: Mapping[str, Any]) -> Job:
    """Queue an import of a file whose headings are understood; refuse it where they are not."""
    given = arguments["input"]
    file = await work.get(File, given["fileId"])
    file.refuse_unless_whole()
    options: dict[str, Any] = {
        "format": given["format"].name,
        "maxFailures": given.get("maxFailures"),
        "source": given.get("source"),
        "spreadsheet": bool(given.get("spreadsheet")),
    }
    if given["format"] is FileFormat.CSV:
        head = await files.chunk(work.session, file.id, 0) or b""
        try:
            dialect = _dialect_of(given, head[:HEAD], is_whole=file.size == len(head[:HEAD]))
            columns = _columns_of(of, given, dialect, head)
        except Unreadable as why:
            raise FileUnreadable(str(why), path=("fileId",)) from None
        if any((it or "").split(".")[0] == HISTORY for it in columns):
            admit(work.actor, of.history)
        options |= {"dialect": asdict(dialect), "columns": columns}
    job = jobs.queue(
        work,
        JobKind.IMPORT,
        of.shape.name,
        source_file_id=file.id,
        is_dry_run=arguments["rehearse"],
        options=options,
    )
    await work.flush()
    return job


def _dialect_of(given: Mapping[str, Any], head: bytes, *, is_whole: bool) -> Dialect:
    """Take what is said of a file's writing, and find the rest."""
    encoding = given.get("encoding")
    found = found_in(
        head, is_whole=is_whole, encoding=checked_encoding(encoding) if encoding else None
    )
    said: dict[str, Any] = {}
    if delimiter := given.get("delimiter"):
        said["delimiter"] = _one_letter("delimiter", delimiter)
    if (quote := given.get("quote")) is not None:
        said["quote"] = _one_letter("quote", quote) if quote else None
    return replace(found, **said)


def _one_letter(name: str, text: str) -> str:
    if len(text) != 1 or text in "\r\n\x00":
        raise Invalid("this is one letter, and no end of a line", path=(name,))
    return text


def _columns_of(
    of: Importable, given: Mapping[str, Any], dialect: Dialect, head: bytes
) -> list[str | None]:
    """Say of each column which field it is; a heading that is none is refused."""
    lines = Lines(dialect.encoding)
    lines.feed(head)
    lines.feed(b"")
    headings = Rows(lines, dialect).columns
    said = {it["column"]: it.get("field") for it in given.get("columns") or ()}
    if missing := said.keys() - set(headings):
        raise Invalid(f"there is no column {', '.join(sorted(missing))}", path=("columns",))
    columns = [said.get(it, it) for it in headings]
    _check_columns(of.cells(), columns)
    return columns


def _check_columns(cells: Mapping[str, Cell], columns: Sequence[str | None]) -> None:
    named = [it for it in columns if it is not None]
    if unknown := [it for it in named if it not in cells]:
        raise Invalid(
            f"no field is called {', '.join(unknown)}",
            path=("columns",),
            details=Bounds(allowed=tuple(cells)),
        )
    if twice := sorted({it for it in named if named.count(it) > 1}):
        raise Invalid(f"two columns are {', '.join(twice)}", path=("columns",))


def start_export(work: Work, of: Exportable, arguments: Mapping[str, Any]) -> Job:
    """Queue an export, by whom who may read the records."""
    if of.shape.reading:
        admit(work.actor, of.shape.reading.permission)
    given = arguments["input"]
    columns = given.get("columns") or of.default(work.actor)
    of.check(work.actor, columns)
    delimiter = given.get("delimiter")
    return jobs.queue(
        work,
        JobKind.EXPORT,
        of.shape.name,
        is_dry_run=False,
        options={
            "format": given["format"].name,
            "columns": list(columns),
            "where": kept(arguments.get("where") or {}, of.where),
            "delimiter": _one_letter("delimiter", delimiter) if delimiter else None,
            "spreadsheet": bool(given.get("spreadsheet")),
            "name": f"{of.shape.name} records",
        },
    )


def capitalised(name: str) -> str:
    return name[:1].upper() + name[1:]
