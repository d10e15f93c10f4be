"""Companies and staff users, from a terminal of the machine that holds the keys."""

import asyncio
import re
from datetime import timedelta

import typer

from deploy.local.keys import KeyFiles
from deploy.local.refusals import NotThere, Refused
from services.chassis.tokens import PUBLIC_AUDIENCE, Signer

from . import here, maintenance


def create_tenant(name: str, *, slug: str | None, administrator: str, password: str) -> None:
    slug = slug or slug_of(name)
    asyncio.run(
        maintenance.customers().create_tenant(
            here.databases()["customers"].app_url,
            slug=slug,
            name=name,
            administrator=administrator,
            password=password,
        )
    )
    typer.echo(f"{name} is there: {administrator} signs in to {slug}")


def print_token(email: str, *, tenant: str, minutes: int) -> None:
    key = KeyFiles.of("customers", here.checkout().keys).private
    try:
        signer = Signer.from_file("customers", key)
    except (FileNotFoundError, PermissionError):
        raise Refused(f"the key {key} is not readable here, and without it no token is") from None
    database_url = here.databases()["customers"].app_url
    door = maintenance.customers()
    identity = asyncio.run(door.find_staff(database_url, tenant=tenant, email=email))
    if identity is None:
        raise NotThere(f"{tenant} has no active staff user {email}")
    typer.echo(signer.sign(identity, audience=PUBLIC_AUDIENCE, life=timedelta(minutes=minutes)))


def slug_of(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
