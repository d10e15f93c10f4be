"""Files: they come in chunks, each once, within their limits, and go when their time is over."""

import hashlib

import pytest
from sqlalchemy import text

from services.chassis.database import connect
from services.chassis.files import MAX_CHUNK, FileLimits
from services.chassis.housekeeping import Housekeeping
from tests.kit.harbour import Harbour
from tests.kit.test_jobs import ships
from tests.kit.transfers import (
    appended,
    brought,
    closed,
    downloaded,
    ended,
    importing,
    made_file,
    uploaded,
)


class Small(Harbour):
    """A company that may keep little."""

    limits = FileLimits(file_bytes=100, company_bytes=150)


@pytest.fixture
def small(engine, harbour):
    return Small(engine, harbour.tenant)


def codes(done):
    return [(it["code"], *it["path"]) for it in done["userErrors"]]


async def test_what_was_sent_in_chunks_is_had_in_parts(harbour):
    content = bytes(range(256)) * 5000
    file = await uploaded(harbour, content.hex(), size=MAX_CHUNK)
    assert await downloaded(harbour, file) == content.hex()
    document = "query($id: ID!) { toyFile(id: $id) { state size chunks sha256 mediaType } }"
    assert (await harbour.ask(document, id=file))["toyFile"] == {
        "state": "WHOLE",
        "size": len(content) * 2,
        "chunks": 5,
        "sha256": hashlib.sha256(content.hex().encode()).hexdigest(),
        "mediaType": "text/csv",
    }


async def test_a_chunk_that_comes_twice_is_kept_once_and_one_out_of_turn_is_refused(harbour):
    file = (await made_file(harbour))["toyFile"]["id"]
    for _ in range(2):
        assert (await appended(harbour, file, 0, b"one"))["userErrors"] == []
    assert codes(await appended(harbour, file, 0, b"two")) == [("INVALID", "input", "number")]
    assert codes(await appended(harbour, file, 2, b"two")) == [("INVALID", "input", "number")]
    assert codes(await appended(harbour, file, 1, b"")) == [("REQUIRED", "input", "content")]
    wrong = hashlib.sha256(b"other").hexdigest()
    assert codes(await closed(harbour, file, wrong)) == [("INVALID", "input", "sha256")]
    assert codes(await importing(harbour, file)) == [("INVALID_TRANSITION",)]
    assert (await closed(harbour, file))["toyFile"]["size"] == 3
    assert codes(await appended(harbour, file, 1, b"two")) == [("INVALID_TRANSITION",)]


async def test_files_have_limits(harbour, small):
    file = (await made_file(small))["toyFile"]["id"]
    assert (await appended(small, file, 0, b"x" * 90))["userErrors"] == []
    assert codes(await appended(small, file, 1, b"x" * 11)) == [
        ("LIMIT_EXCEEDED", "input", "content")
    ]
    other = (await made_file(small))["toyFile"]["id"]
    assert (await appended(small, other, 0, b"x" * 60))["userErrors"] == []
    assert codes(await made_file(small)) == [("LIMIT_EXCEEDED",)]
    assert await harbour.rows("SELECT sum(size) FROM file") == [(150,)]


async def test_a_file_that_cannot_be_read_is_refused_at_once_with_its_reason(harbour):
    for content, said in {
        "": "it is empty",
        "name,surname\nAnn,Lee\n": "no field is called surname",
        "name,name\n": "two columns are name",
        ",".join(map(str, range(501))): "it has 501 columns, and 500 are allowed",
    }.items():
        file = (await made_file(harbour))["toyFile"]["id"]
        if content:
            await appended(harbour, file, 0, content.encode())
        await closed(harbour, file)
        done = await importing(harbour, file)
        assert said in done["userErrors"][0]["message"], done
    file = await uploaded(harbour, "name\nAnn\n")
    for given in ({"delimiter": ",,"}, {"encoding": "klingon"}, {"encoding": "base64"}):
        assert codes(await importing(harbour, file, **given))[0][0] == "INVALID"
    assert await harbour.counted("job") == 0


@pytest.mark.usefixtures("runner")
async def test_a_file_that_turns_out_to_be_none_fails_its_job(harbour):
    sound = ships(3).encode()
    file = await uploaded(harbour, sound + b"yard,9,\xff\xfe\n", size=len(sound))
    job = await ended(harbour, (await importing(harbour, file))["toyJob"]["id"])
    assert (job["state"], job["reason"]) == ("FAILED", "FILE_UNREADABLE")
    assert "it is not UTF-8, somewhere after line" in job["message"]
    assert await harbour.counted("ship") == 0
    job = await brought(harbour, ships(3) + "x" * 1_500_000)
    assert (job["state"], job["reason"]) == ("FAILED", "FILE_UNREADABLE")
    assert "is longer than" in job["message"]


@pytest.mark.usefixtures("runner")
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
async def test_a_file_is_read_as_it_is_written(harbour, encoding):
    text = "externalRef.id;name;captain\r\n1;'Zoë; Ltd';Ann\r\n2;'Äß';'Bea'\r\n"
    job = await brought(harbour, text.encode(encoding), source="yard")
    assert (job["state"], job["created"], job["failed"]) == ("DONE", 2, 0), job
    assert (job["delimiter"], job["quote"], job["lineEnd"]) == (";", "'", "\r\n")
    assert await harbour.rows("SELECT name FROM ship ORDER BY name") == [("Zoë; Ltd",), ("Äß",)]


@pytest.mark.usefixtures("runner")
async def test_headings_can_be_given_their_fields(harbour):
    columns = [
        *({"column": "No", "field": "externalRef.id"}, {"column": "Ship", "field": "name"}),
        {"column": "Remarks"},
    ]
    job = await brought(harbour, "No,Ship,Remarks\n1,Ann,x\n", columns=columns, source="yard")
    assert (job["created"], job["failed"]) == (1, 0)


async def test_files_whose_time_is_over_go_and_no_others(harbour, elsewhere, toy):
    gone, kept = [await uploaded(harbour, "name\n") for _ in range(2)]
    theirs = await uploaded(elsewhere, "name\n")
    actor = await harbour.actor(None)
    async with harbour.works.begin(actor) as work:
        await work.session.execute(
            text("UPDATE file SET expires_at = now() WHERE id = :id"), {"id": gone}
        )
    worker = connect(toy.worker_url, pooled=False)
    await Housekeeping(worker, "toy", event_days=30).go_round()
    await worker.dispose()
    assert await harbour.rows("SELECT id FROM file") == [(kept,)]
    assert await harbour.rows("SELECT file_id FROM file_chunk") == [(kept,)]
    assert await elsewhere.rows("SELECT id FROM file") == [(theirs,)]
    done = await importing(harbour, gone)
    assert codes(done) == [("NOT_FOUND",)]
