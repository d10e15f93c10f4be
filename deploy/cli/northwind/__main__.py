"""`make demo-northwind DATA=folder`: on the system of this checkout, which must be up."""

import asyncio
import sys
from functools import partial

import typer
from rich.console import Console
from rich.table import Table

from deploy.cli import here, identities
from deploy.cli.northwind import demonstration, truth
from deploy.cli.northwind.demonstration import Door
from deploy.cli.northwind.truth import Check
from deploy.local.refusals import Refused

TENANT, NAME = "northwind", "Northwind Traders"
ADMINISTRATOR = "administrator@northwind.example"
PASSWORD = "traders of the north"  # noqa: S105  # of a demonstration, and printed


def main(folder: str) -> int:
    """Bring it in and check it; exit with 1 where something is not as it should be."""
    data = demonstration.files_in(folder)
    if not found_already():
        identities.create_tenant(NAME, slug=TENANT, administrator=ADMINISTRATOR, password=PASSWORD)
    url = f"http://127.0.0.1:{here.settings().gateway_port}/graphql"
    sign = partial(identities.token, ADMINISTRATOR, tenant=TENANT, minutes=60)
    checks = demonstration.demonstrate(data, Door(url, sign), typer.echo)
    Console(highlight=False, soft_wrap=True).print(table(checks))
    typer.echo(f"sign in to {TENANT} as {ADMINISTRATOR} (password: {PASSWORD})")
    return 0 if all(it.is_so for it in checks) else 1


def found_already() -> bool:
    from services.customers import maintenance  # noqa: PLC0415  # a slow import, made late

    database_url = here.databases()["customers"].app_url
    return (
        asyncio.run(
            maintenance.find_staff(database_url, tenant=TENANT, email=ADMINISTRATOR),
        )
        is not None
    )


def table(checks: list[Check]) -> Table:
    made = Table(*truth.COLUMNS, box=None, pad_edge=False)
    for it in checks:
        made.add_row(*it.row())
    return made


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
    except Refused as refusal:
        sys.stderr.write(f"northwind: {refusal}\n")
        sys.exit(1)
