"""A shop behind a gateway, both served for real; keys and tokens of the test's own."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway import main
from gateway.composition import SubgraphSource, compose
from gateway.door import Door
from gateway.settings import GatewaySettings
from gateway.supergraph import Supergraph
from services.chassis.actor import ActorKind
from services.chassis.tokens import Identity, Signer, new_key

from . import shop
from .serving import Subgraph, served


@dataclass
class Answer:
    """What came back from the gateway."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]

    @property
    def data(self) -> Any:
        return self.body.get("data")

    @property
    def errors(self) -> list[dict[str, Any]]:
        return list(self.body.get("errors", []))

    @property
    def codes(self) -> list[str]:
        return [each["extensions"]["code"] for each in self.errors]


@dataclass
class Front:
    """A gateway that is up, its subgraphs, and a client for it."""

    url: str
    door: Door
    subgraphs: dict[str, Subgraph]
    people: Signer
    gateway_keys: dict[str, Any]
    client: aiohttp.ClientSession
    stacks: dict[str, AsyncExitStack] = field(default_factory=dict)

    async def ask(
        self, query: str, variables: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        return await self.post({"query": query, "variables": variables}, headers)

    async def post(self, body: Any, headers: Mapping[str, str] | None = None) -> Answer:
        async with self.client.post(f"{self.url}/graphql", json=body, headers=headers) as got:
            return Answer(got.status, await got.json(content_type=None), got.headers)

    async def get(self, path: str) -> tuple[int, str, Mapping[str, str]]:
        async with self.client.get(f"{self.url}{path}") as got:
            return got.status, await got.text(), got.headers

    def token(self, subject: str = "u1", **claims: Any) -> str:
        identity = Identity("acme", subject, ActorKind.USER)
        life = claims.pop("life", timedelta(minutes=5))
        return self.people.sign(identity, audience=claims.get("audience", "guanxi"), life=life)

    async def stop(self, name: str) -> None:
        """Take a subgraph down."""
        await self.stacks.pop(name).aclose()

    def asked(self) -> dict[str, int]:
        return {name: len(each.asked) for name, each in self.subgraphs.items() if each.asked}


def settings_for(folder: Path, **more: Any) -> tuple[GatewaySettings, Signer, dict[str, Any]]:
    """Write keys into a folder; give settings, the issuer of people's tokens, the public keys."""
    signer, gateway = Signer("customers", new_key()), Signer("gateway", new_key())
    (folder / "gateway.jwk").write_text(json.dumps(gateway.key.as_dict(private=True)))
    (folder / "customers.jwks").write_text(json.dumps(signer.jwks()))
    settings = GatewaySettings(
        supergraph_file=folder / "supergraph.graphql",
        signing_key_file=folder / "gateway.jwk",
        trusted_issuers={"customers": folder / "customers.jwks"},
        **more,
    )
    return settings, signer, gateway.jwks()


@pytest.fixture
async def fronts(tmp_path: Path) -> AsyncIterator[Any]:
    """Make gateways over subgraphs, with what settings the test likes."""
    servers: list[AsyncExitStack] = []
    async with AsyncExitStack() as stack:
        stack.push_async_callback(lambda: asyncio.gather(*(each.aclose() for each in servers)))

        async def make(
            subgraphs: dict[str, Subgraph], sockets: Path | None = None, **more: Any
        ) -> Front:
            stacks, urls = {}, {}
            for name, subgraph in subgraphs.items():
                stacks[name] = AsyncExitStack()
                path = str(sockets / name) if sockets else None
                address = await stacks[name].enter_async_context(served(subgraph, path=path))
                urls[name] = address if sockets else f"{address}/graphql"
                servers.append(stacks[name])
            sources = {n: SubgraphSource("http://nowhere", s.sdl) for n, s in subgraphs.items()}
            settings, people, keys = settings_for(tmp_path, subgraph_urls=urls, **more)
            door = main.build(settings, Supergraph.parse(compose(sources)))
            servers.append(AsyncExitStack())
            url = await servers[-1].enter_async_context(served(door, **main.websockets(settings)))
            client = await stack.enter_async_context(aiohttp.ClientSession())
            return Front(url, door, subgraphs, people, keys, client, stacks)

        yield make


@pytest.fixture
async def front(fronts: Any) -> Front:
    """The shop, with all of its subgraphs up."""
    subgraphs = {
        "products": shop.products(),
        "reviews": shop.reviews(),
        "people": shop.people(),
        "stock": shop.stock(),
    }
    made: Front = await fronts(subgraphs)
    return made


@pytest.fixture
async def front_client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as client:
        yield client
