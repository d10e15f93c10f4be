"""Exports: what one may see comes out whole, and goes in again as it was."""

import csv
import io
import json

import pytest

from services.chassis.actor import Actor, ActorKind
from tests.kit import fleet
from tests.kit.harbour import ALL
from tests.kit.transfers import brought, downloaded, ended, exporting, job_of, taken
from tests.toy.commands import EXPORT_SHIPS
from tests.toy.model import Ship

pytestmark = pytest.mark.usefixtures("runner")

EVERY = {"archived": "INCLUDE"}
NASTY = ["=1+1", "+49 30 1", "-1", "@x", "'=quoted", "''", 'a "b"', "a,b", "two\nlines", "\ttab"]


def rows_of(text, delimiter=","):
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


@pytest.mark.parametrize("format", ["CSV", "JSONL"])
async def test_what_was_taken_out_and_is_brought_in_again_changes_nothing(harbour, format):
    await fleet.filled(harbour)
    before = await harbour.rows("SELECT id, version FROM ship ORDER BY id")
    text = await taken(harbour, format=format)
    job = await brought(harbour, text, format=format)
    live = await harbour.rows("SELECT count(*) FROM ship WHERE archived_at IS NULL")
    assert (job["unchanged"], job["failed"], job["updated"]) == (live[0][0], 0, 0), job
    assert await harbour.rows("SELECT id, version FROM ship ORDER BY id") == before


@pytest.mark.parametrize("spreadsheet", [True, False])
async def test_what_a_spreadsheet_would_work_out_is_guarded_on_request_and_comes_back_as_it_was(
    harbour, spreadsheet
):
    for name in NASTY:
        await harbour.ship(name=name)
    text = await taken(harbour, spreadsheet=spreadsheet)
    cells = [it["name"] for it in rows_of(text)]
    assert (cells == NASTY) is not spreadsheet
    if spreadsheet:
        assert all(it[0] not in "=+-@\t" for it in cells)
    job = await brought(harbour, text, spreadsheet=spreadsheet)
    assert (job["unchanged"], job["failed"]) == (len(NASTY), 0)


async def test_a_filter_and_columns_say_what_comes_out(harbour):
    await harbour.ship(
        name="Ann", builtOn="2020-01-31", value={"amount": "1.5", "currency": "EUR"}
    )
    await harbour.ship(name="Bea", builtOn="2024-01-31")
    text = await taken(
        harbour,
        {"or": [{"builtOn": {"lt": "2021-01-01"}}, {"value": {"amount": {"gt": "1000"}}}]},
        columns=["name", "value.amount", "history.state", "label", "createdAt"],
        delimiter=";",
    )
    (row,) = rows_of(text, ";")
    assert (row["name"], row["value.amount"], row["history.state"]) == ("Ann", "1.50", "AFLOAT")
    assert row["label"]
    assert row["createdAt"]


async def test_a_filter_is_kept_with_all_that_it_says(harbour):
    await harbour.ship(name='He said "no"', builtOn="2020-01-31")
    where = {
        "and": [
            {"name": {"contains": '"no"'}},
            {"builtOn": {"in": ["2020-01-31"]}},
            {"state": {"in": ["AFLOAT"]}},
            {"createdAt": {"within": {"last": 1, "unit": "DAY"}}},
            {"not": {"captain": {"isNull": False}}},
            {"voyages": {"none": {"miles": {"gt": "1.5"}}}},
        ]
    }
    assert len(rows_of(await taken(harbour, where))) == 1


async def test_another_companys_records_and_the_archived_stay_where_they_are(harbour, elsewhere):
    await elsewhere.ship(name="Theirs")
    gone = await harbour.ship(name="Gone")
    await harbour.ship(name="Ann")
    await harbour.mutate("archiveShip", "ship { id }", id=gone)
    assert [it["name"] for it in rows_of(await taken(harbour))] == ["Ann"]
    assert [it["name"] for it in rows_of(await taken(harbour, EVERY))] == ["Gone", "Ann"]


async def test_exporting_needs_its_permission_and_says_what_it_may_write(harbour):
    clerk = Actor(harbour.tenant, "usr_2", ActorKind.USER, ALL - {EXPORT_SHIPS})
    refused = await exporting(harbour, who=clerk)
    assert [it["code"] for it in refused["userErrors"]] == ["FORBIDDEN"]
    unknown = await exporting(harbour, columns=["nmae"])
    assert unknown["userErrors"][0]["path"] == ["input", "columns"]
    assert await harbour.counted("job") == 0


async def test_an_export_is_in_the_audit_with_what_was_asked(harbour):
    done = await exporting(harbour, {"name": {"eq": "Ann"}}, columns=["name"])
    (line,) = await harbour.rows(
        "SELECT actor_id, action, after FROM audit_line WHERE record_id = :id",
        id=done["toyJob"]["id"],
    )
    assert (line.actor_id, line.action) == ("usr_1", "CREATED")
    assert line.after["options"]["columns"] == ["name"]
    assert "Ann" in line.after["options"]["where"]


async def test_a_dry_run_of_an_export_queues_nothing_and_says_what_it_would(harbour):
    document = """mutation { done: exportShips(input: {format: CSV}, dryRun: true) {
        toyJob { id state } userErrors { code } } }"""
    done = (await harbour.ask(document))["done"]
    assert done["toyJob"]["state"] == "QUEUED"
    assert await harbour.counted("job") == 0


async def test_thousands_of_records_come_out_once_each_while_others_are_made(harbour):
    async with harbour.works.begin(await harbour.actor(None)) as work:
        for number in range(3000):
            work.add(Ship, name=f"Ship {number}")
    done = await exporting(harbour, format="JSONL", columns=["id"])
    await harbour.ship(name="Late")
    id = done["toyJob"]["id"]
    job = await ended(harbour, id)
    text = await downloaded(harbour, job["resultFile"]["id"])
    ids = [json.loads(it)["id"] for it in text.splitlines()]
    assert len(ids) == len(set(ids)) == job["done"] == job["total"] == 3000
    assert (await job_of(harbour, id))["resultFile"]["state"] == "WHOLE"
