"""Bringing databases to their newest form."""

import typer

from . import here


def migrate(name: str | None) -> None:
    owners = here.addresses(name, "OWNER_DATABASE_URL", lambda it: it.owner_url)
    for each, owner_url in owners.items():
        migrate_one(each, owner_url)
        typer.echo(f"{each} is in its newest form")


def migrate_one(name: str, owner_url: str) -> None:
    # Its libraries take over a second to import: a port in use is said before that.
    from services.chassis import migrations  # noqa: PLC0415  # see above

    migrations.upgrade(name, owner_url)
