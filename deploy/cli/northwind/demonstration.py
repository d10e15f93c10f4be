"""The demonstration: import, look through the graph, import again."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.cli.demo.loading import Loading
from deploy.cli.importing import importer
from deploy.cli.importing.command import progress, summary
from deploy.cli.importing.graph import Graph
from deploy.cli.importing.importer import Job, Outcome
from deploy.cli.northwind import reading, truth
from deploy.cli.northwind.reading import Books, Story
from deploy.cli.northwind.truth import Check
from deploy.local.checkout import ROOT
from deploy.local.refusals import NotThere

MAPPINGS = ROOT / "docs" / "examples" / "northwind"
FILES = {
    "staff": "employees.csv",
    "customers": "customers.csv",
    "contacts": "customers.csv",
    "products": "products.csv",
    "orders": "orders.csv",
    "order_lines": "order_details.csv",
}
"""What is imported, in an order in which each finds what it refers to."""
CUSTOMER = "QUICK"
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Door:
    """The graph, and how to sign a token of somebody who may import history."""

    url: str
    sign: Callable[[], str]


def files_in(folder: str) -> Path:
    """Give the folder with Northwind's files, or say in one sentence what is wrong with it."""
    if not folder:
        raise NotThere("name the folder of Northwind's CSV files: make demo-northwind DATA=…")
    data = Path(folder).expanduser()
    for name in dict.fromkeys(FILES.values()):
        if not (data / name).is_file():
            raise NotThere(f"there is no {name} in {data}")
    return data


def demonstrate(data: Path, door: Door, tell: Tell) -> list[Check]:
    """Bring everything in twice, and compare what the graph says with what is known."""
    asyncio.run(until_known(door))
    first = bring_in(data, door, tell)
    books, story = asyncio.run(look(door))
    tell("once more")
    second = bring_in(data, door, tell)
    return [
        Check("rows refused", 0, first["REFUSED"]),
        *truth.of_books(books),
        *truth.of_story(story),
        *unchanged(second),
    ]


async def until_known(door: Door) -> None:
    """Wait until each service has heard of whom the token names."""
    async with Loading(door.url) as load:
        load.token = await asyncio.to_thread(door.sign)
        await load.until_everybody_knows_who_i_am()


def bring_in(data: Path, door: Door, tell: Tell) -> Counter[str]:
    """Import all files, tell a line or two of each, and give how the rows fared together."""
    total: Counter[str] = Counter()
    for kind, name in FILES.items():
        job = Job(kind, data / name, MAPPINGS / f"{kind}.toml")
        begun = time.monotonic()
        outcome = imported(job, door)
        for line in summary(job, outcome, time.monotonic() - begun):
            tell(line)
        total.update(outcome.counts)
    return total


def imported(job: Job, door: Door) -> Outcome:
    with progress(job.file) as (watch, waiting):
        return importer.run(job, Graph(door.url, door.sign, tell=waiting), watch)


async def look(door: Door) -> tuple[Books, Story]:
    token = await asyncio.to_thread(door.sign)
    async with Graph(door.url, lambda: token) as graph:
        return await reading.books(graph), await reading.story(graph, CUSTOMER)


def unchanged(second: Counter[str]) -> Iterator[Check]:
    for status in ("CREATED", "UPDATED", "REFUSED"):
        yield Check(f"{status.lower()} by a second import", 0, second[status])
