"""Puts the gateway that `crm gateway` starts in front of subgraphs that are served over HTTP."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from gateway import standalone
from gateway.composition import SubgraphSource, compose
from gateway.sources import GraphSource

from .serving import HttpSubgraph, served


class Front:
    """A gateway, the subgraphs behind it, and a client of it."""

    def __init__(
        self, url: str, subgraphs: Mapping[str, HttpSubgraph], client: aiohttp.ClientSession
    ) -> None:
        self.url = url
        self.subgraphs = subgraphs
        self.client = client

    async def ask(self, query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        body = {"query": query, "variables": dict(variables or {})}
        async with self.client.post(f"{self.url}/graphql", json=body) as response:
            told: dict[str, Any] = await response.json(content_type=None)
            return told


@asynccontextmanager
async def fronted(
    sdls: Mapping[str, str], subgraphs: Mapping[str, HttpSubgraph], folder: Path
) -> AsyncIterator[Front]:
    """Serve these subgraphs and, in front of them, what their SDLs compose to."""
    async with AsyncExitStack() as stack:
        urls = {
            name: await stack.enter_async_context(served(each)) for name, each in subgraphs.items()
        }
        file = folder / "supergraph.graphql"
        file.write_text(compose({n: SubgraphSource(urls[n], sdl) for n, sdl in sdls.items()}))
        source = GraphSource(file)
        options = standalone.Options(source, "127.0.0.1:0")
        gateway = standalone.build(options, await source.read())
        url = await stack.enter_async_context(served(gateway))
        client = await stack.enter_async_context(aiohttp.ClientSession())
        yield Front(url, subgraphs, client)
