"""Starting, looking at, stopping and forgetting the system of this checkout."""

import asyncio
import importlib
import importlib.util
import os
import shutil
import signal
import time
from typing import cast

import typer
from rich.console import Console
from rich.table import Table

from deploy.local import databases, ports
from deploy.local.checkout import Checkout, Part
from deploy.local.company import Company
from deploy.local.postgres import Postgres
from deploy.local.readiness import is_ready
from deploy.local.refusals import NotReady
from deploy.local.screen import Screen
from deploy.local.supervisor import Supervisor, System

from . import here, stubs
from .migrating import migrate_one

DEMO = "deploy.cli.demo"
SERVERS = ("postgres", "nats")
PATIENCE_SECONDS = 90


def up() -> None:
    settings = here.settings()
    stubs.generate()
    system = System(migrate=migrate_one, company=demo_company())
    Supervisor(Checkout(settings.run_folder), settings, Screen(), system).run()


def demo_company() -> Company | None:
    if importlib.util.find_spec(DEMO) is None:
        return None
    return cast(Company, importlib.import_module(DEMO))


def status() -> None:
    checkout = here.checkout()
    supervisor = checkout.supervisor()
    if supervisor is None:
        typer.echo("not running: `make run` starts it")
        raise typer.Exit(1)
    table = Table("part", "state", "process", "address", box=None, pad_edge=False)
    parts = checkout.parts()
    ready = {part.name: state_of(part) for part in parts}
    table.add_row("supervisor", "running", str(supervisor), "")
    for part in parts:
        table.add_row(part.name, ready[part.name], str(part.pid), part.address)
    Console(highlight=False, soft_wrap=True).print(table)
    raise typer.Exit(0 if set(ready.values()) == {"ready"} else 1)


def state_of(part: Part) -> str:
    if part.name in SERVERS:
        return "ready" if ports.answers(int(part.address.rpartition(":")[2])) else "not ready"
    return "ready" if is_ready(part.address) else "not ready"


def stop() -> None:
    checkout = here.checkout()
    typer.echo("stopped" if stop_and_wait(checkout) else "not running")


def stop_and_wait(checkout: Checkout) -> bool:
    """Ask the supervisor, and wait until it has let go of the checkout."""
    supervisor = checkout.supervisor()
    if supervisor is None:
        return False
    os.kill(supervisor, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while checkout.supervisor() == supervisor:
        if time.monotonic() > deadline:
            raise NotReady(f"process {supervisor} is still stopping: `make status` shows what")
        time.sleep(0.05)
    return True


def reset(*, ask: bool) -> None:
    settings = here.settings()
    checkout = Checkout(settings.run_folder)
    if ask:
        typer.confirm(f"Remove all data, keys and logs in {checkout.run}?", abort=True)
    stop_and_wait(checkout)
    with checkout.hold():  # so that nobody starts it meanwhile
        if settings.admin_database_url is not None:
            asyncio.run(databases.drop(settings.admin_database_url.get_secret_value()))
        Postgres(checkout.postgres).erase()
        for path in checkout.run.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    typer.echo("everything is removed: `make run` begins anew")
