"""The gateway as a process: what it says when it cannot start, how it stops, what it serves."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import strawberry

from gateway.composition import SubgraphSource, compose

from . import shop
from .conftest import settings_for
from .serving import served


def environment(folder: Path, **more: str) -> dict[str, str]:
    settings, _, _ = settings_for(folder)
    issuers = {name: str(path) for name, path in settings.trusted_issuers.items()}
    told = {
        "SUPERGRAPH_FILE": str(settings.supergraph_file),
        "SIGNING_KEY_FILE": str(settings.signing_key_file),
        "TRUSTED_ISSUERS": json.dumps(issuers),
        "HTTP_LISTEN": f"unix:{folder}/gateway.sock",
    }
    return {"PATH": os.environ["PATH"], **told, **more}


def refused(env: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "gateway.main"],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_missing_supergraph_is_said_in_one_sentence(tmp_path: Path):
    told = refused(environment(tmp_path))
    assert "No such file" in told
    assert str(tmp_path / "supergraph.graphql") in told


@pytest.mark.parametrize("text", ["", "type Query { x: Int }", "not graphql {", "\x00"])
def test_a_file_that_is_no_supergraph_is_said_in_one_sentence(tmp_path: Path, text: str):
    env = environment(tmp_path)
    (tmp_path / "supergraph.graphql").write_text(text)
    assert "the supergraph file is of no use" in refused(env)


def test_a_missing_setting_is_said_by_name(tmp_path: Path):
    env = environment(tmp_path)
    del env["SUPERGRAPH_FILE"]
    assert "SUPERGRAPH_FILE" in refused(env)


def test_a_missing_key_is_said_in_one_sentence(tmp_path: Path):
    env = environment(tmp_path)
    write_graph(tmp_path, "http://127.0.0.1:9")
    (tmp_path / "gateway.jwk").unlink()
    assert "a key file is of no use" in refused(env)


def write_graph(folder: Path, url: str) -> None:
    text = compose({"people": SubgraphSource(url, shop.people().sdl)})
    (folder / "supergraph.graphql").write_text(text)


@contextlib.asynccontextmanager
async def running(
    env: dict[str, str], socket: Path | None = None, url: str = "http://gateway"
) -> AsyncIterator[Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway.main", env=env, stderr=asyncio.subprocess.PIPE
    )
    connector = aiohttp.UnixConnector(str(socket)) if socket else None
    try:
        async with aiohttp.ClientSession(connector=connector) as client:
            async with asyncio.timeout(30):
                # another process sets no event of ours
                while process.returncode is None and not await is_ready(client, url):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            yield process, client
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def is_ready(client: aiohttp.ClientSession, url: str = "http://gateway") -> bool:
    try:
        async with client.get(f"{url}/readyz") as got:
            return got.status == 200
    except aiohttp.ClientError:
        return False


async def test_what_is_in_flight_is_finished_before_it_stops(tmp_path: Path):
    people = shop.people()
    async with served(people) as url:
        write_graph(tmp_path, f"{url}/graphql")
        env = environment(tmp_path)
        async with running(env, tmp_path / "gateway.sock") as (process, client):
            people.released.clear()
            body = {"query": "{ me { name } }"}
            asking = asyncio.create_task(client.post("http://gateway/graphql", json=body))
            await asyncio.wait_for(people.arrived.wait(), timeout=10)
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(10):
                while await is_ready(client):  # noqa: ASYNC110  # likewise
                    await asyncio.sleep(0.01)
            assert process.returncode is None
            people.released.set()
            answer = await asking
            assert await answer.json() == {"data": {"me": {"name": "Ada"}}}
            assert await asyncio.wait_for(process.wait(), timeout=10) in (0, -signal.SIGTERM)


async def test_its_websockets_are_sent_elsewhere_when_it_stops(tmp_path: Path):
    write_graph(tmp_path, "http://127.0.0.1:9/graphql")
    env = environment(tmp_path)
    async with running(env, tmp_path / "gateway.sock") as (process, client):
        url, protocols = "http://gateway/graphql", ("graphql-transport-ws",)
        async with client.ws_connect(url, protocols=protocols, compress=15) as socket:
            assert socket.compress == 0
            await socket.send_json({"type": "connection_init"})
            assert await socket.receive_json(timeout=30) == {"type": "connection_ack"}
            process.send_signal(signal.SIGTERM)
            message = await socket.receive(timeout=30)
            assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1012)
        assert await asyncio.wait_for(process.wait(), timeout=10) in (0, -signal.SIGTERM)


@strawberry.federation.type(keys=["id"], description="Something to read.")
class Book:
    id: strawberry.ID
    title: str = "Emma"

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> "Book":
        return Book(id=id)


@strawberry.type
class BookQuery:
    @strawberry.field
    def books(self) -> list[Book]:
        return [Book(id=strawberry.ID("b1"))]


@strawberry.federation.type(name="Book", keys=["id"])
class PricedBook:
    id: strawberry.ID

    @strawberry.field
    def price(self) -> int | None:
        return 7

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> "PricedBook":
        return PricedBook(id=id)


def test_what_strawberry_prints_composes_strictly():
    books = strawberry.federation.Schema(query=BookQuery, federation_version="2.9")
    prices = strawberry.federation.Schema(types=[PricedBook], federation_version="2.9")
    sources = {
        "books": SubgraphSource("http://books", books.as_str()),
        "prices": SubgraphSource("http://prices", prices.as_str()),
    }
    text = compose(sources, strict_inputs=True)
    assert "price: Int @join__field(graph: PRICES)" in text
    assert '"""Something to read."""' in text
    assert "_entities" not in text
    assert "_Service" not in text
