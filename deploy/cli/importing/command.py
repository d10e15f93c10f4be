"""`crm import`, as it looks at a terminal: a bar while it runs, a summary at the end."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from deploy.cli import here
from deploy.cli.importing import importer
from deploy.cli.importing.graph import Graph
from deploy.cli.importing.importer import Job, Outcome, Watch
from deploy.local.refusals import Refused

TOKEN = "CRM_TOKEN"  # noqa: S105  # the name of a variable


def import_file(job: Job, *, url: str | None, person: str | None, tenant: str) -> None:
    """Import and tell; exit with 1 when a row was refused."""
    begun = time.monotonic()
    with progress(job.file) as (watch, tell):
        graph = Graph(url or own_graph(), token_of(person, tenant), tell=tell)
        outcome = importer.run(job, graph, watch)
    for line in summary(job, outcome, time.monotonic() - begun):
        typer.echo(line)
    if outcome.counts["REFUSED"]:
        sys.exit(1)


def token_of(person: str | None, tenant: str) -> Callable[[], str]:
    """Sign as somebody with this machine's key, or take the token of the environment."""
    if person is not None:
        from deploy.cli import identities  # noqa: PLC0415  # a slow import, made late

        return lambda: identities.token(person, tenant=tenant, minutes=60)
    given = os.environ.get(TOKEN)
    if not given:
        raise Refused(f"say as whom: --as E-MAIL on the machine of the keys, or {TOKEN}=token")
    return lambda: given


def summary(job: Job, outcome: Outcome, seconds: float) -> Iterator[str]:
    counts = ", ".join(f"{number} {name.lower()}" for name, number in outcome.counts.items())
    tried = " tried and not kept" if job.dry_run else ""
    yield f"{job.kind}: {outcome.rows} rows{tried} in {seconds:.1f} s: {counts}"
    for line, reason in outcome.first_refused:
        yield f"  line {line}: {reason}"
    if (more := outcome.counts["REFUSED"] - len(outcome.first_refused)) > 0:
        yield f"  and {more} more"
    if outcome.first_refused:
        where = f"are in {job.rejects}" if job.rejects else "can be had with --rejects FILE"
        yield f"refused rows {where}, to be corrected and imported again"


@contextmanager
def progress(file: Path) -> Iterator[tuple[Watch, Callable[[str], None]]]:
    """Show a bar at a terminal and nothing in a log, where only the summary stands."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    quiet = not console.is_terminal  # it would leave an empty line in a log
    with Progress(*columns, console=console, transient=True, disable=quiet) as bars:
        task = bars.add_task(file.name, total=None)

        def move(done: int, total: int, what: str) -> None:
            told = f"{file.name}: {what}"
            bars.update(task, total=total, completed=done, description=told)

        def tell(why: str) -> None:
            bars.update(task, description=f"{why}; trying again")

        yield Watch(typer.echo, move), tell


def own_graph() -> str:
    return f"http://127.0.0.1:{here.settings().gateway_port}/graphql"
