"""Every kind of graph, answered over HTTP by one `crm gateway` process that is reloaded."""

import json
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
from graphql import parse

from gateway.composition import SubgraphSource, compose

from .fronting import OpenFront, running
from .serving import served
from .suites import Strict
from .test_kinds import FLAGS, KINDS
from .worlds import Split

SECRET = "open sesame"
NONE = {"none": SubgraphSource("http://localhost:1", "type Query { none: Int }")}


async def test_a_process_answers_each_kind_of_graph_as_one_schema_would(tmp_path: Path):
    file = tmp_path / "supergraph.graphql"
    file.write_text(compose(NONE))
    async with (
        running("--supergraph", str(file), secret=SECRET) as url,
        aiohttp.ClientSession() as client,
    ):
        for name, make in KINDS.items():
            kind = make()
            split = Split(kind.linked(), kind.world)
            async with AsyncExitStack() as stack:
                subgraphs = {n: Strict(each) for n, each in split.subgraphs.items()}
                urls = {
                    n: await stack.enter_async_context(served(each))
                    for n, each in subgraphs.items()
                }
                sources = {n: SubgraphSource(urls[n], sdl) for n, sdl in split.sdls.items()}
                file.write_text(compose(sources))
                await reload(client, url)
                front = OpenFront(url, subgraphs, client)
                for text in kind.queries:
                    told = await front.ask(text, FLAGS)
                    whole = {"data": split.whole(parse(text), FLAGS)}
                    assert json.dumps(told) == json.dumps(whole), (name, text)


async def reload(client: aiohttp.ClientSession, url: str) -> None:
    headers = {"authorization": f"Bearer {SECRET}"}
    async with client.post(f"{url}/admin/reload", headers=headers) as response:
        assert response.status == 200, await response.text()
