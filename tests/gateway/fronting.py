"""Puts the gateway that `crm gateway` starts in front of subgraphs that are served over HTTP.

In this process, where one gateway is enough; as the command itself, where that is the point.
"""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from gateway import standalone
from gateway.composition import SubgraphSource, compose
from gateway.sources import GraphSource

from .serving import HttpSubgraph, served

READY_SECONDS = 30


class OpenFront:
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
) -> AsyncIterator[OpenFront]:
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
        yield OpenFront(url, subgraphs, client)


@asynccontextmanager
async def running(*arguments: str, secret: str = "") -> AsyncIterator[str]:
    """Run `crm gateway` until it is ready, and end it afterwards; give its address."""
    port = free_port()
    process = await command(*arguments, "--port", str(port), GATEWAY_ADMIN_SECRET=secret)
    url = f"http://127.0.0.1:{port}"
    try:
        await _until_ready(url, process)
        yield url
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


async def command(*arguments: str, **environment: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.cli", "gateway", *arguments),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])} | environment,
    )


async def _until_ready(url: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(READY_SECONDS), aiohttp.ClientSession() as client:
        while True:
            if process.returncode is not None and process.stderr is not None:
                raise AssertionError((await process.stderr.read()).decode())
            try:
                async with client.get(f"{url}/readyz") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                pass  # it is not there yet
            await asyncio.sleep(0.05)
