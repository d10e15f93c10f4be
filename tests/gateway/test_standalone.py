"""`crm gateway`: a graph of anybody's subgraphs, without our tokens, reloaded while it runs."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import nats
import pytest

from gateway import standalone
from gateway.composition import SubgraphSource, compose
from gateway.sources import GraphSource, NamedSubgraph
from tests.support import waiting

from .fronting import command, free_port
from .serving import Subgraph, served

SERVICE = "type _Service { sdl: String! } extend type Query { _service: _Service! }"
PEOPLE = 'type Query { me: User } type User @key(fields: "id") { id: ID! name: String }'
POINTS = 'extend type User @key(fields: "id") { id: ID! @external points: Int }'
MORE_POINTS = POINTS.replace("points: Int", "points: Int rank: String")
SECRET = "open sesame"
DEADLINE_SECONDS = 20


@pytest.fixture
async def people() -> AsyncIterator[tuple[Subgraph, str]]:
    """A first-generation subgraph that tells its SDL."""
    user = {"id": "u1", "name": "Ada"}
    told = {"me": lambda: user, "_service": lambda: {"sdl": PEOPLE}}
    subgraph = Subgraph(f"{PEOPLE} {SERVICE}", told, {"User": lambda _: user})
    async with served(subgraph) as url:
        yield subgraph, url


@pytest.fixture
async def points() -> AsyncIterator[tuple[Subgraph, str]]:
    """One that knows more than its SDL file says."""
    sdl = f"type Query {{ none: Int }} {MORE_POINTS.removeprefix('extend ')}"
    subgraph = Subgraph(sdl, {}, {"User": lambda told: {**told, "points": 7, "rank": "high"}})
    async with served(subgraph) as url:
        yield subgraph, url


@pytest.fixture
async def front(
    tmp_path: Path, people: tuple[Subgraph, str], points: tuple[Subgraph, str]
) -> AsyncIterator[tuple[str, Path]]:
    """The gateway's address, and the SDL file that it composes."""
    file = tmp_path / "points.graphql"
    file.write_text(POINTS)
    named = NamedSubgraph("people", people[1]), NamedSubgraph("points", points[1], file)
    source = GraphSource(subgraphs=named)
    options = standalone.Options(source, "127.0.0.1:0", forwards=True, admin_secret=SECRET)
    async with served(standalone.build(options, await source.read())) as url:
        yield url, file


async def asked(url: str, query: str, **headers: str) -> dict[str, Any]:
    async with (
        aiohttp.ClientSession() as client,
        client.post(f"{url}/graphql", json={"query": query}, headers=headers) as response,
    ):
        told: dict[str, Any] = await response.json(content_type=None)
        return told


async def reloaded(url: str, secret: str) -> tuple[int, dict[str, Any]]:
    headers = {"authorization": f"Bearer {secret}"}
    async with (
        aiohttp.ClientSession() as client,
        client.post(f"{url}/admin/reload", headers=headers) as response,
    ):
        return response.status, await response.json()


async def test_it_serves_subgraphs_of_the_first_generation_without_tokens(
    front: tuple[str, Path], people: tuple[Subgraph, str]
):
    answer = await asked(front[0], "{ me { id name points } }")
    assert answer == {"data": {"me": {"id": "u1", "name": "Ada", "points": 7}}}
    assert "authorization" not in people[0].headers[-1]


async def test_the_callers_authorization_goes_on_where_that_is_wanted(
    front: tuple[str, Path], people: tuple[Subgraph, str], points: tuple[Subgraph, str]
):
    await asked(front[0], "{ me { points } }", authorization="Basic abc")
    assert people[0].headers[-1]["authorization"] == "Basic abc"
    assert points[0].headers[-1]["authorization"] == "Basic abc"


async def test_a_new_graph_is_swapped_in(front: tuple[str, Path]):
    url, file = front
    assert "errors" in await asked(url, "{ me { rank } }")
    file.write_text(MORE_POINTS)
    assert await reloaded(url, SECRET) == (200, {"subgraphs": ["people", "points"]})
    assert await asked(url, "{ me { rank } }") == {"data": {"me": {"rank": "high"}}}


async def test_a_bad_graph_leaves_the_old_one_serving(front: tuple[str, Path]):
    url, file = front
    file.write_text("type Query { nonsense")
    status, told = await reloaded(url, SECRET)
    assert status == 422
    assert "INVALID_GRAPHQL [points]" in told["errors"][0]["message"]
    assert (await asked(url, "{ me { points } }"))["data"] == {"me": {"points": 7}}


async def test_only_who_knows_the_secret_reloads(front: tuple[str, Path]):
    url, file = front
    file.write_text(MORE_POINTS)
    status, _ = await reloaded(url, "guess")
    assert status == 401
    assert "errors" in await asked(url, "{ me { rank } }")


async def test_the_command_serves_a_supergraph_and_reads_it_anew_at_sighup(
    tmp_path: Path, people: tuple[Subgraph, str], points: tuple[Subgraph, str]
):
    def write(sdl: str) -> None:
        sources = {
            "people": SubgraphSource(people[1], PEOPLE),
            "points": SubgraphSource(points[1], sdl),
        }
        file.write_text(compose(sources))

    file = tmp_path / "supergraph.graphql"
    write(POINTS)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = await command("--supergraph", str(file), "--port", str(port))
    try:
        await until(url, "{ me { points } }", {"me": {"points": 7}})
        write(MORE_POINTS)
        process.send_signal(signal.SIGHUP)
        await until(url, "{ me { rank } }", {"me": {"rank": "high"}})
    finally:
        process.terminate()
        await process.wait()


async def test_the_command_says_why_there_is_nothing_to_serve(tmp_path: Path):
    file = tmp_path / "points.graphql"
    file.write_text(POINTS)
    process = await command("--subgraph", f"points=http://localhost:1/graphql,sdl={file}")
    _, told = await process.communicate()
    assert process.returncode == 2
    assert told.startswith(b"NO_QUERIES")


async def until(url: str, query: str, data: dict[str, Any]) -> None:
    """Ask again until this is the answer; what runs out is the deadline."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            try:
                if (await asked(url, query)).get("data") == data:
                    return
            except aiohttp.ClientError:
                pass  # it is not there yet
            await asyncio.sleep(0.05)


LIVE = """
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  directive @event(subject: String!, key: [String!], seenBy: String) on FIELD_DEFINITION
  type Subscription { userChanged: User @event(subject: "users.>", seenBy: "people") }
  type User @key(fields: "id", resolvable: false) { id: ID! }
"""


async def test_anybodys_subscriptions_are_fed_from_a_broker(
    tmp_path: Path, people: tuple[Subgraph, str], nats_server: Any
):
    file = tmp_path / "live.graphql"
    file.write_text(LIVE)
    named = NamedSubgraph("people", people[1]), NamedSubgraph("live", "nats:", file)
    source = GraphSource(subgraphs=named)
    options = standalone.Options(
        source, "127.0.0.1:0", events={"live": file}, nats_url=nats_server.url
    )
    app = standalone.build(options, await source.read())
    broker = await nats.connect(nats_server.url)
    body = {"query": "subscription { userChanged { name } }"}
    headers = {"accept": "text/event-stream"}
    async with (
        served(app) as url,
        aiohttp.ClientSession() as client,
        client.post(f"{url}/graphql", json=body, headers=headers) as response,
    ):
        shared = app.door.pipeline.events.broker
        assert shared is not None
        await waiting.until(lambda: shared.client.is_connected and shared.client._subs)
        await shared.client.flush()
        await broker.publish("users.u1.renamed", b'{"__typename": "User", "id": "u1"}')
        heard = await asyncio.wait_for(response.content.readuntil(b"\n\n"), DEADLINE_SECONDS)
    await broker.close()
    assert heard == b'event: next\ndata: {"data":{"userChanged":{"name":"Ada"}}}\n\n'
