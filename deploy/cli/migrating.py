"""Bringing databases to their newest form."""

import os

import typer

from deploy.local.databases import SERVICES
from deploy.local.refusals import Refused

from . import here


def migrate(name: str | None) -> None:
    owner_url = os.environ.get("OWNER_DATABASE_URL")
    if owner_url and name is None:
        raise Refused("OWNER_DATABASE_URL is one database: name the service that it belongs to")
    names = [here.named(name)] if name else list(SERVICES)
    databases = {} if owner_url else here.databases()
    for each in names:
        migrate_one(each, owner_url or databases[each].owner_url)
        typer.echo(f"{each} is in its newest form")


def migrate_one(name: str, owner_url: str) -> None:
    # Its libraries take over a second to import: a port in use is said before that.
    from services.chassis import migrations  # noqa: PLC0415  # see above

    migrations.upgrade(name, owner_url)
