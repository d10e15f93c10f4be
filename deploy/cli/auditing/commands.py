"""The words and the help of `crm audit`."""

# ruff: noqa: D301, PLC0415  # click's own mark for lines that stay as they are; as in app.py

from pathlib import Path
from typing import Annotated

import typer

audit = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The audit log, and whether it was touched."
)
Service = Annotated[
    str | None, typer.Argument(help="customers, sales or service_desk; all when left out.")
]
Company = Annotated[str | None, typer.Option(help="The short name of one company; all if unsaid.")]


@audit.command()
def verify(
    service: Service = None,
    *,
    tenant: Company = None,
    anchors: Annotated[
        Path | None, typer.Option(help="A file of anchors, to find out what the end has lost.")
    ] = None,
) -> None:
    """Verify that audit lines are those that were written, all of them and in order.

    Names the first line of each company that was changed, removed, put in or moved, and exits
    with 1. What was cut off at the end shows by anchors alone: AUDIT_ANCHOR_FILE has workers write
    some each minute. With WORKER_DATABASE_URL set, that one database (name the service).

    \b
    Examples:
      crm audit verify
      crm audit verify sales --tenant acme --anchors anchors.jsonl
    """
    from . import verifying

    verifying.verify(service, tenant, anchors)


@audit.command()
def anchor(
    file: Annotated[Path, typer.Argument(help="Where to add them: a line of JSON for each.")],
    service: Service = None,
    *,
    tenant: Company = None,
) -> None:
    """Verify audit lines, and write down how far they are, to hold them to it later.

    Keep the file where nobody who can write the databases can write it.

    \b
    Example:
      crm audit anchor anchors.jsonl
    """
    from . import verifying

    verifying.anchor(file, service, tenant)
