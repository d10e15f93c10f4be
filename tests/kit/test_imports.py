"""Imports: a file's rows go in as upserts do, and what is refused comes back to be mended."""

import json

import pytest

from tests.kit.transfers import brought, downloaded

pytestmark = pytest.mark.usefixtures("runner")

CSV = """externalRef.source,externalRef.id,name,value.amount,value.currency,builtOn
yard,1,Ann,12.50,EUR,2020-01-31
yard,2,Bea,,,
yard,3,Cid,12,EURO,
yard,4,,1,EUR,
yard,5,Eve,1,EUR,yesterday
yard,6,Fay,1
yard,7,Gus,1,EUR,2024-02-29
"""


async def test_what_is_sound_goes_in_and_what_is_not_comes_back_with_its_line_and_reason(harbour):
    job = await brought(harbour, CSV)
    assert (job["state"], job["done"], job["failed"], job["created"]) == ("DONE", 7, 4, 3)
    assert (job["delimiter"], job["quote"], job["lineEnd"]) == (",", '"', "\n")
    assert await harbour.rows("SELECT name, value_value FROM ship ORDER BY name") == [
        *[("Ann", 12.5), ("Bea", None), ("Gus", 1)],
    ]
    refused = (await downloaded(harbour, job["failedFile"]["id"])).splitlines()
    assert refused[0] == (
        "refused_line,refused_reason,externalRef.source,externalRef.id,name,"
        "value.amount,value.currency,builtOn"
    )
    told = [it.split(",")[:2] for it in refused[1:]]
    assert [it[0] for it in told] == ["4", "5", "6", "7"]
    events = await harbour.events()
    assert [it["bulk"] for it in events] == [True] * 3

    text = "\n".join(refused).replace("EURO", "EUR").replace("yesterday", "2020-02-02")
    text = text.replace("yard,4,,", "yard,4,Dan,").replace("yard,6,Fay,1", "yard,6,Fay,1,EUR,")
    again = await brought(harbour, text)
    assert (again["failed"], again["created"], again["failedFile"]) == (0, 4, None)
    assert await harbour.counted("ship") == 7


async def test_thousands_of_rows_go_in_and_each_of_them_once(harbour):
    rows = "".join(f"yard,{it},Ship {it}\n" for it in range(3000))
    text = f"externalRef.source,externalRef.id,name\n{rows}"
    job = await brought(harbour, text)
    assert (job["done"], job["created"], job["failed"]) == (3000, 3000, 0)
    assert await harbour.rows("SELECT count(*), count(DISTINCT name) FROM ship") == [(3000, 3000)]
    again = await brought(harbour, text)
    assert (again["unchanged"], await harbour.counted("ship")) == (3000, 3000)


async def test_lines_of_json_go_in_alike(harbour):
    items = [
        {"externalRef": {"source": "yard", "id": "1"}, "input": {"name": "Ann"}},
        {"externalRef": {"source": "yard", "id": "2"}, "input": {"name": ""}},
        {"externalRef": {"source": "yard", "id": "3"}, "input": {"name": "Cid", "wings": 2}},
        {
            "externalRef": {"source": "yard", "id": "4"},
            "input": {"name": "Dan", "value": {"amount": "1.00", "currency": "EUR"}},
            "history": {"state": "SUNK"},
        },
        {"id": "shp_nobody", "input": {"name": "Eve"}},
        {"input": {"name": "Fay"}},
        [1],
    ]
    text = "".join(f"{json.dumps(it)}\n" for it in items) + "{\n"
    job = await brought(harbour, text, format="JSONL")
    assert (job["done"], job["failed"], job["created"]) == (8, 6, 2)
    assert await harbour.rows("SELECT name, state FROM ship ORDER BY name") == [
        *[("Ann", "AFLOAT"), ("Dan", "SUNK")],
    ]
    refused = (await downloaded(harbour, job["failedFile"]["id"])).splitlines()
    told = [json.loads(it)["refused"] for it in refused]
    assert [it["line"] for it in told] == [2, 3, 5, 6, 7, 8]
    mended = refused[0].replace('"name":""', '"name":"Bea"')
    again = await brought(harbour, mended, format="JSONL")
    assert (again["failed"], again["created"]) == (0, 1)
