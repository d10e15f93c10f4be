"""The proofs: real data, real faults, and a public corpus."""

import asyncio
import os
import random
import shutil
import subprocess
import sys
import tempfile
import warnings
import xml.etree.ElementTree as ET
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from deploy.cli import demo
from deploy.cli.demo import story
from deploy.cli.northwind import Door, demonstrate, demonstration, truth
from deploy.local.checkout import ROOT
from deploy.local.keys import KeyFiles
from services.chassis.tokens import PUBLIC_AUDIENCE, Signer
from services.customers import maintenance
from tests.proving import courtesy, npm
from tests.support.differing import compare
from tests.system import generated
from tests.system.shop import Shop
from tests.system.surviving import Kill, survive
from tests.system.system import PASSWORD, Company, System

ADMINISTRATOR = "administrator@northwind.example"
ORDERS, LINES = 600, 2
ROUNDS = 3
OPERATIONS = 5_000
FIRST_SEED, COMPARED = 1000, 10_100


class Skipped(Exception):
    """A proof that needs something that is not here."""


@contextmanager
def fresh_system():
    """Start a system on servers that write everything to the disk, and remove it afterwards."""
    folder, sockets = (Path(tempfile.mkdtemp(prefix="guanxi-")) for _ in range(2))
    system = System(folder, sockets, durable=True)
    try:
        system.start()
        yield system
    finally:
        system.stop()
        shutil.rmtree(sockets, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def northwind(transcript):
    data = given_folder("NORTHWIND", "Northwind's CSV files")
    transcript.title = "Northwind, brought in twice and counted through the graph"
    transcript.meaning = (
        "`make demo-northwind` on a fresh system: everything goes in as `crm import`\n"
        "does it, is read back page by page through the gateway, and goes in once more."
    )
    with fresh_system() as system:
        database_url = system.databases["customers"].app_url
        asyncio.run(
            maintenance.create_tenant(
                database_url,
                slug="northwind",
                name="Northwind Traders",
                administrator=ADMINISTRATOR,
                password=PASSWORD,
            )
        )
        door = Door(system.graph_url, signing(system, "northwind", ADMINISTRATOR))
        files = demonstration.files_in(str(data))
        checks = demonstrate(files, door, transcript.say)
    rows = [truth.COLUMNS, *(it.row() for it in checks)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    transcript.say()
    for row in rows:
        transcript.say(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        )
    transcript.is_proven = all(it.is_so for it in checks)
    return transcript


def signing(system, tenant, email):
    """Sign tokens of somebody with the system's own key, as `crm token` does."""
    signer = Signer.from_file(
        "customers", KeyFiles.of("customers", system.folder / "keys").private
    )
    find = maintenance.find_staff(
        system.databases["customers"].app_url, tenant=tenant, email=email
    )
    identity = asyncio.run(find)
    assert identity is not None
    return partial(signer.sign, identity, audience=PUBLIC_AUDIENCE, life=timedelta(hours=1))


def killed_imports(transcript):
    """Kill sales at moments that a seed decides; SEED repeats a run, ROUNDS makes it longer."""
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    rounds = int(os.environ.get("ROUNDS") or ROUNDS)
    transcript.title = "Sales killed in the middle of imports"
    transcript.meaning = (
        f"In each round `crm import` brings in {ORDERS} orders and {ORDERS * LINES} lines of a\n"
        "new company, and sales is ended by kill -9 in the middle of both, at a moment that\n"
        "chance decides; it is restarted while the importer tries again. Afterwards the sums are\n"
        "exact, each record's events are numbered without a gap, the stream has each of them\n"
        "once, nothing is pending, the timeline has each order once, and a second import\n"
        "changes nothing."
    )
    transcript.say(f"seed {seed} (SEED={seed} make prove PROOF=killed_imports runs it again)")
    with fresh_system() as system:
        chance = random.Random(seed)
        transcript.is_proven = asyncio.run(_rounds(transcript, system, rounds, chance))
    return transcript


async def _rounds(transcript, system, rounds, chance):
    for number in range(1, rounds + 1):
        kills = [
            Kill("orders", "Order", "sales_order", 1, round(chance.random(), 2)),
            Kill(
                "order_lines",
                "OrderLine",
                "order_line",
                chance.choice([1, 201, 401]),
                round(chance.random(), 2),
            ),
        ]
        when = "; ".join(f"{it.later:.2f} s after {it.at} of {it.kind} were in" for it in kills)
        company = Company(system)
        await company.found()
        with tempfile.TemporaryDirectory() as folder:
            shop = Shop(company, Path(folder), orders=ORDERS, lines=LINES)
            try:
                events = await survive(shop, kills)
            except AssertionError as error:
                transcript.say(f"round {number}: killed {when}: FAILED: {error}")
                return False
        transcript.say(f"round {number}: killed {when}: {events} events, each once")
    return True


def jobs(transcript):
    """Measure a job's speed, and what others notice of it; ROWS makes it longer."""
    transcript.title = "How fast a job is, and who notices it"
    transcript.meaning = (
        "Products are imported through the graph, first with nobody asking, then while a list is\n"
        "asked for all the time, one answer after the other. On a shared machine the ratio and\n"
        "the CPU time say more than the rows a second."
    )
    with fresh_system() as system:
        transcript.is_proven = asyncio.run(courtesy.measured(transcript, system))
    return transcript


def federation(transcript):
    corpus = given_folder("FEDERATION_CORPUS", "federation suites")
    transcript.title = "The gateway against a public federation corpus"
    transcript.meaning = (
        "Suites with their subgraphs, a reference composer's supergraph and queries: what we\n"
        "compose shows clients the same schema, gives each field to the same subgraphs, and\n"
        "every query is planned into fetches that its subgraphs allow. Then all subgraphs are\n"
        "served over HTTP, strictly by their SDLs, with data that follows from the suites: every\n"
        "query is answered as expected, over our supergraph and over the reference composer's."
    )
    files = ("tests/gateway/test_corpus.py", "tests/gateway/test_corpus_answers.py")
    return tested(transcript, files, {"FEDERATION_CORPUS": str(corpus)})


def chance_graphs(transcript):
    """Split more graphs than the tests do; FIRST is another seed, GRAPHS makes it longer."""
    first, graphs = os.environ.get("FIRST") or "1000", os.environ.get("GRAPHS") or "300"
    transcript.title = "Chance graphs, split over subgraphs, against one schema"
    transcript.meaning = (
        "Schemas of chance, split over two to four strict subgraphs (keys of every kind,\n"
        "requires, provides, external, overrides, interfaces, unions, interface objects, value\n"
        "types) and chance queries: the gateway answers as one schema with all of the data does.\n"
        "Spoilt documents are refused or answered so, never a fault."
    )
    told = {"CHANCE_GRAPHS": graphs, "CHANCE_GRAPHS_FROM": first}
    return tested(transcript, ["tests/gateway/test_chance_graphs.py"], told)


def indexes(transcript):
    """Ask for more rows than the tests do; ROWS makes it more again."""
    rows = os.environ.get("ROWS") or "100000"
    transcript.title = "Each declared list, served by an index"
    transcript.meaning = (
        f"In tables of {int(rows):,} rows a page of each declared list touches a bounded number\n"
        "of pages of the database, the first and one far behind, also where one sees only what\n"
        "one answers for, or what is shared with one."
    )
    return tested(transcript, ["tests/reading/test_indexes.py"], {"ROWS": rows})


def tested(transcript, files, environment):
    """Run files of tests, and say how many of each were so."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = ["-m", "pytest", "-n0", "-q", f"--junit-xml={report}", *files]
        ran = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=os.environ | environment,
            capture_output=True,
            check=False,
        )
        cases = list(ET.parse(report).iter("testcase"))
    passed = Counter(it.get("name", "").partition("[")[0] for it in cases if not len(it))
    for name, asked in Counter(it.get("name", "").partition("[")[0] for it in cases).items():
        transcript.say(
            f"{name.removeprefix('test_').replace('_', ' ')}: {passed[name]} of {asked}"
        )
    for it in cases:
        if len(it):
            transcript.say(f"not so: {it.get('name')}")
    transcript.is_proven = ran.returncode == 0
    return transcript


def generated_operations(transcript):
    """Ask what chance decides; SEED repeats a run, OPERATIONS makes it longer."""
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    operations = int(os.environ.get("OPERATIONS") or OPERATIONS)
    transcript.title = "Generated operations at the gateway and at each service"
    transcript.meaning = (
        "Queries and mutations that hypothesis-graphql writes of each schema, with values at\n"
        "their edges, as an administrator, a seller and a service agent, over real HTTP. None\n"
        "may be a fault: no status of 500 or more, no INTERNAL, no error without a code."
    )
    transcript.say(f"seed {seed} (SEED={seed} make prove PROOF=generated_operations)")
    with fresh_system() as system:
        doors = asyncio.run(generated.doors(system))
        for door in doors.values():
            generated.explore(door, examples=operations // len(doors), chance=seed)
            transcript.say(
                f"{door.name}: {door.asked} operations of {len(door.roots)} root fields,"
                f" {door.refused} of them refused, {door.late} late, {len(door.faults)} faults"
            )
            for it in door.faults:
                transcript.say(it)
    transcript.is_proven = not any(it.faults for it in doors.values())
    return transcript


def typescript(transcript):
    if not npm.is_there():
        raise Skipped("node 20 or newer and npm are needed for the client in TypeScript")
    transcript.title = "A client in TypeScript, its types generated from the released schema"
    transcript.meaning = (
        "docs/examples/typescript, with the versions that its package.json pins: graphql-codegen\n"
        "writes the types, `tsc --strict` compiles them and the example, and the example is run\n"
        "against a fresh system with the demo company."
    )
    with tempfile.TemporaryDirectory() as there, fresh_system() as system:
        source = ROOT / "docs" / "examples" / "typescript"
        folder = npm.copied(source, Path(there) / "typescript")
        demo.load(system.graph_url, system.databases)
        told = {
            "SCHEMA": str(ROOT / "gateway" / "released.graphql"),
            "CRM_URL": system.graph_url,
            "CRM_TOKEN": signing(system, story.TENANT, story.email("sam"))(),
        }
        transcript.is_proven = all(
            npm.ran(transcript, command, folder, told)
            for command in ("install --silent", "run generate --silent", "run build", "start")
        )
    return transcript


def compiled(transcript):
    """Compare both executors; FIRST begins at another seed, OPERATIONS makes it shorter."""
    first = int(os.environ.get("FIRST") or FIRST_SEED)
    operations = int(os.environ.get("OPERATIONS") or COMPARED)
    transcript.title = "The compiled executor against the stock one"
    transcript.meaning = (
        "Random operations on the schemas of all three services (fragments, aliases, @skip and\n"
        "@include, `_entities`, mutations), each with two sets of variables, over random values,\n"
        "some of them wrong: errors, nulls, awaitables, other types, what is missing, and\n"
        "resolvers that fail. Both executors give the same bytes: data, errors, paths, places."
    )
    warnings.filterwarnings("ignore", "coroutine .* was never awaited")  # graphql-core drops some
    try:
        seen = asyncio.run(compare(range(first, first + operations)))
    except AssertionError as difference:
        transcript.say(f"a difference: {difference}")
        transcript.is_proven = False
        return transcript
    for what, times in sorted(seen.items()):
        transcript.say(f"{what}: {times}")
    return transcript


def given_folder(setting, what):
    """Find what a setting names, or skip loudly."""
    folder = Path(os.environ.get(setting) or "/nowhere").expanduser()
    if not folder.is_dir():
        raise Skipped(f"set {setting} to a folder of {what}")
    return folder.resolve()
