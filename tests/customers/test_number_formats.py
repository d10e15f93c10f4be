"""How a company has its numbers written, through the graph; who numbers obeys by its events."""

import pytest

from tests.customers.office import refusals
from tests.support.asking import codes, reasons

FIELDS = "id document pattern firstNumber version"
GIVEN = {"document": "ORDER", "pattern": "SO-{year}-{number:6}", "firstNumber": 1000}


async def made(office, **given):
    done = await office.make("NumberFormat", FIELDS, GIVEN | given)
    assert done["userErrors"] == []
    return done["made"]["id"]


async def act(office, deed, id):
    return await office.act(f"{deed}NumberFormat", "numberFormat", FIELDS, id)


async def test_a_format_is_added_changed_put_away_and_brought_back_and_told_each_time(office):
    id = await made(office)
    done = await office.change("NumberFormat", FIELDS, id, {"pattern": "{number}"})
    assert done["made"] == GIVEN | {"id": id, "pattern": "{number}", "version": 2}
    await act(office, "archive", id)
    await act(office, "restore", id)
    assert await office.told(id) == ["created", "updated", "archived", "restored"]
    told = {"numberFormatId": id, "document": "ORDER", "pattern": "{number}"}
    assert told.items() <= (await office.events(id))[1]["data"].items()


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"pattern": "SO-{year}"}, "INVALID", "input.pattern"),
        ({"pattern": "{number}{number}"}, "INVALID", "input.pattern"),
        ({"pattern": "{year}{year}{number}"}, "INVALID", "input.pattern"),
        ({"pattern": "{number:0}"}, "INVALID", "input.pattern"),
        ({"pattern": "{month}{number}"}, "INVALID", "input.pattern"),
        ({"pattern": "№{number}"}, "INVALID", "input.pattern"),
        ({"pattern": "a" * 32 + "{number}"}, "INVALID", "input.pattern"),
        ({"pattern": "a" * 61}, "TOO_LONG", "input.pattern"),
        ({"firstNumber": 0}, "OUT_OF_RANGE", "input.firstNumber"),
        ({"firstNumber": 100_000_001}, "OUT_OF_RANGE", "input.firstNumber"),
    ],
)
async def test_a_format_by_which_nothing_could_be_numbered_is_refused(office, given, code, path):
    done = await office.make("NumberFormat", FIELDS, GIVEN | given)
    assert refusals(done) == [(code, path)]
    assert await office.told() == []


async def test_a_kind_of_document_has_one_format(office):
    first = await made(office)
    assert reasons(await office.make("NumberFormat", FIELDS, GIVEN)) == ["DUPLICATE"]
    await made(office, document="CASE")
    await act(office, "archive", first)
    await made(office, pattern="{number}")
    assert reasons(await act(office, "restore", first)) == ["DUPLICATE"]


async def test_only_an_administrator_says_how_numbers_are_written(office):
    person = await office.employ("SALES_MANAGER")
    done = await office.make("NumberFormat", FIELDS, GIVEN, person)
    assert codes(done) == ["FORBIDDEN"]
    assert await office.told() == []
