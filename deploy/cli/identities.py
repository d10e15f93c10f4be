"""Companies and staff users, from a terminal of the machine that holds the keys."""

import asyncio
import re
from datetime import timedelta

import typer

from deploy.local.keys import PROGRAMS, KeyFiles, rotate
from deploy.local.refusals import NotThere, Refused
from services.chassis.mail import MailSettings
from services.chassis.refusals import Refusal
from services.chassis.tokens import PUBLIC_AUDIENCE, Signer
from services.customers import maintenance

from . import here


def create_tenant(
    name: str, *, slug: str | None, administrator: str, password: str | None
) -> None:
    slug = slug or slug_of(name)
    creating = maintenance.create_tenant(
        here.databases()["customers"].app_url,
        slug=slug,
        name=name,
        administrator=administrator,
        password=password,
    )
    try:
        link = asyncio.run(creating)
    except Refusal as refusal:
        raise Refused(str(refusal)) from None
    typer.echo(f"{name} is there: {administrator} signs in to {slug}")
    if link is not None:
        told = MailSettings().mail_link.format(purpose="invitation", token=link)
        typer.echo(f"their link, which serves once within seven days: {told}")


def print_token(email: str, *, tenant: str, minutes: int) -> None:
    typer.echo(token(email, tenant=tenant, minutes=minutes))


def token(email: str, *, tenant: str, minutes: int) -> str:
    """Sign a token of a staff user with this checkout's key."""
    signer = customers_signer()
    database_url = here.databases()["customers"].app_url
    identity = asyncio.run(maintenance.find_staff(database_url, tenant=tenant, email=email))
    if identity is None:
        raise NotThere(f"{tenant} has no active staff user {email}")
    return signer.sign(identity, audience=PUBLIC_AUDIENCE, life=timedelta(minutes=minutes))


def customers_signer() -> Signer:
    key = KeyFiles.of("customers", here.checkout().keys).private
    try:
        return Signer.from_file("customers", key)
    except (FileNotFoundError, PermissionError):
        raise Refused(f"the key {key} is not readable here, and without it no token is") from None


def rotate_key(program: str) -> None:
    if program not in PROGRAMS:
        raise NotThere(f"there is no program {program}: it is one of {', '.join(PROGRAMS)}")
    try:
        kid = rotate(program, here.checkout().keys)
    except (FileNotFoundError, PermissionError):
        raise Refused(f"the key of {program} is not readable here") from None
    typer.echo(f"{program} signs with {kid}")


def slug_of(name: str) -> str:
    """Make a short name of what a company is called: `Acme & Sons` is `acme-sons`."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
