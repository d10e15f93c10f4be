"""The checkout, as the commands find it: its settings, its folder, its databases."""

import os
from collections.abc import Callable

from pydantic import ValidationError

from deploy.local.checkout import Checkout
from deploy.local.databases import SERVICES, Database
from deploy.local.nats import Nats
from deploy.local.refusals import NotRunning, NotThere, Refused
from deploy.local.settings import LocalSettings


def settings() -> LocalSettings:
    try:
        return LocalSettings()
    except ValidationError as error:
        told = "; ".join(
            f"{'.'.join(map(str, fault['loc'])).upper()}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)
        )
        raise Refused(f"a setting cannot be: {told}") from None


def checkout() -> Checkout:
    return Checkout(settings().run_folder)


def databases() -> dict[str, Database]:
    """Give the databases' doors; only a system that is up has them open."""
    here = checkout()
    if here.supervisor() is None:
        raise NotRunning("this checkout is not up: `make run` starts it")
    admin_url = settings().admin_database_url
    if admin_url is not None:
        place = admin_url.get_secret_value()
    else:
        places = {part.name: part.address for part in here.parts()}
        if "postgres" not in places:
            raise NotRunning("PostgreSQL is not up yet: see `make logs`")
        place = f"postgresql://{places['postgres']}/postgres"
    return {name: Database.of(name, place, here.keys) for name in SERVICES}


def addresses(name: str | None, variable: str, of: Callable[[Database], str]) -> dict[str, str]:
    """Give each service's database as one of its roles: what a variable says, or those here.

    The variable is of one database, and nobody can see of which: the service must be named.
    """
    said = os.environ.get(variable)
    if said and name is None:
        raise Refused(f"{variable} is one database: name the service that it belongs to")
    names = [named(name)] if name else list(SERVICES)
    found = {} if said else databases()
    return {it: said or of(found[it]) for it in names}


def nats() -> Nats:
    """Give the stream's server of this checkout; only a system that is up has one."""
    if settings().nats_url is not None:
        raise Refused("NATS_URL names a server whose users are its own: see deploy/README.md")
    here = checkout()
    parts = {part.name: part for part in here.parts()}
    if here.supervisor() is None or "nats" not in parts:
        raise NotRunning("this checkout is not up: `make run` starts it")
    port = int(parts["nats"].address.rpartition(":")[2])
    return Nats(here.nats, port, log=here.log("nats"), reached=parts["nats"].pid)


def named(name: str) -> str:
    """Give the service's name back, or say which there are."""
    name = name.replace("-", "_")
    if name not in SERVICES:
        raise NotThere(f"there is no service called {name}: it is one of {', '.join(SERVICES)}")
    return name
