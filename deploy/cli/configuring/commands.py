"""The words and the help of `crm config`; what each does stands in a module of its own."""

# ruff: noqa: D301, PLC0415  # click's own mark for lines that stay as they are; as in app.py

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.options import Person, Tenant, Url

config = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="How a company is set up, as files."
)


@config.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="Where to write; one file for each kind.")],
    *,
    as_: Person = None,
    tenant: Tenant = "default",
    url: Url = None,
) -> None:
    """Write down how a company is set up.

    Its settings, formats of numbers, exchange rates, organisation units, teams and roles; no
    people, and no secrets. Each kind is a JSON file, sorted, so that two can be compared. What
    stands in FOLDER is written anew.

    \b
    Examples:
      crm config export setup --as ann@acme.example --tenant acme
      CRM_TOKEN=… crm config export setup --url https://crm.example/graphql
    """
    from . import exporting

    exporting.export(folder, url=url, person=as_, tenant=tenant)


@config.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(help="What `crm config export` wrote, or a part.")],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be different; change nothing.")
    ] = False,
    as_: Person = None,
    tenant: Tenant = "default",
    url: Url = None,
) -> None:
    """Set a company up as files say.

    Tells each difference, has all of them tried first, and changes nothing when one is refused.
    What is there and stands in no file stays. Run again, it changes nothing.

    \b
    Examples:
      crm config import setup --as ann@acme.example --tenant acme --dry-run
      crm config import setup --as ann@acme.example --tenant acme
    """
    from . import importing

    importing.bring_in(folder, dry_run=dry_run, url=url, person=as_, tenant=tenant)
