"""The words and the help of `crm import` and `crm export`: records from files, and into files."""

# ruff: noqa: D301, PLC0415  # click's own mark for lines that stay as they are; as in app.py

import enum
from pathlib import Path
from typing import Annotated

import typer

from .options import Person, Tenant, Url

files = typer.Typer()


class Format(enum.Enum):
    """How a file holds records; the members are what one types."""

    csv = "csv"
    jsonl = "jsonl"


@files.command("import")
def import_(  # noqa: PLR0913  # each is a word of the command line
    kind: Annotated[str, typer.Argument(help="What the file holds, as the mapping calls it.")],
    file: Annotated[
        Path, typer.Argument(help="CSV with a line of headings, or JSON lines (.jsonl).")
    ],
    *,
    map: Annotated[
        Path | None,
        typer.Option("--map", help="Which column is which field; else the headings say it."),
    ] = None,
    as_: Person = None,
    tenant: Tenant = "default",
    url: Url = None,
    rejects: Annotated[
        Path | None, typer.Option(help="Where to write refused rows, with their reasons.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would become of it; keep nothing.")
    ] = False,
    source: Annotated[
        str | None, typer.Option(help="Whose ids `externalRef.id` holds; a mapping says it too.")
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option(help="What stands between cells: any letter, or tab.")
    ] = None,
    quote: Annotated[
        str | None, typer.Option(help="What stands around cells; '' for none.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="utf-8, utf-16, windows-1252 …")] = None,
) -> None:
    """Bring in a file through the graph.

    The file is sent up, and a job there brings its rows in. How it is written is found, and shown
    first: encoding, delimiter, quotes, line ends; say it where it is found wrongly.

    Each row is made, or changed, by the id that the file knows it by: run it twice and the
    second time changes nothing. A row that is refused is told with its line and reason, and the
    rest goes in; exits with 1 when there was one. Dates and states that are past need the
    permission to import history. docs/guides/import.md shows how to write a mapping.

    \b
    Examples:
      crm import customers customers.csv --map customers.toml --as ann@acme.example --tenant acme
      crm import products products.csv --source shop --as ann@acme.example --dry-run
      crm import orders orders.csv --map orders.toml --as ann@acme.example --rejects refused.csv
      CRM_TOKEN=… crm import orders orders.csv --map orders.toml --url https://crm.example/graphql
    """
    from .importing import command, importer
    from .importing.rows import Said

    said = Said(delimiter, quote, encoding)
    job = importer.Job(kind, file, map, rejects, said, source, dry_run)
    command.import_file(job, url=url, person=as_, tenant=tenant)


@files.command()
def export(  # noqa: PLR0913  # each is a word of the command line
    kind: Annotated[str, typer.Argument(help="What to take out: customers, order_lines …")],
    file: Annotated[Path, typer.Argument(help="The file to make.")],
    *,
    where: Annotated[
        str | None, typer.Option(help="Which records, as the list's filter in JSON.")
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(help="Which columns, with commas; all that can be imported if unsaid."),
    ] = None,
    format: Annotated[Format, typer.Option(help="How to write it.")] = Format.csv,
    delimiter: Annotated[str | None, typer.Option(help="A comma if unsaid.")] = None,
    spreadsheet: Annotated[
        bool, typer.Option("--spreadsheet", help="Guard texts that look like formulas.")
    ] = False,
    as_: Person = None,
    tenant: Tenant = "default",
    url: Url = None,
) -> None:
    """Take records out into a file.

    All records that one may see and that the filter finds; however many they are, a job writes
    them. What comes out can be brought in again with `crm import`, and changes nothing.

    \b
    Examples:
      crm export customers customers.csv --as ann@acme.example --tenant acme
      crm export products p.jsonl --format jsonl --where '{"isActive": {"eq": true}}'
    """
    from . import exporting

    export = exporting.Export(kind, file, where, columns, format.value, delimiter, spreadsheet)
    exporting.export_file(export, url=url, person=as_, tenant=tenant)
