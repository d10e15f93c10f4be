"""Public federation suites, where FEDERATION_CORPUS says they are: every query is answered.

Each subgraph of each suite is served over HTTP by its own SDL and by a world of data that
follows from the suite (`suites/`). It is a strict one: nothing external, nothing taken over, no
entity without a whole key. `crm gateway` runs in front, once composing the subgraphs itself, once
over the supergraph that the reference composer made. The data is
exactly what the suite expects, and there are errors exactly where it expects some.
"""

import json
import os
import re
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from .fronting import running
from .serving import served
from .suites import reaching, requiring, telling_apart

CORPUS = Path(os.environ.get("FEDERATION_CORPUS", "/nowhere"))
GIVEN = sorted(each.parent for each in CORPUS.glob("*/tests.json"))
SUITES = {**reaching.SUITES, **requiring.SUITES, **telling_apart.SUITES}

pytestmark = pytest.mark.skipif(
    not GIVEN, reason="FEDERATION_CORPUS names no folder with federation suites"
)


@pytest.mark.parametrize("composer", ["ours", "reference"])
@pytest.mark.parametrize("suite", GIVEN, ids=lambda suite: suite.name)
async def test_every_query_is_answered_as_its_suite_expects(
    suite: Path, composer: str, tmp_path: Path
):
    assert suite.name in SUITES, (
        f"{suite.name} has no data: write its world in tests/gateway/suites"
    )
    files = sdl_files(suite)
    sdls = {name: file.read_text() for name, file in files.items()}
    async with AsyncExitStack() as stack:
        urls = {
            name: await stack.enter_async_context(served(subgraph))
            for name, subgraph in SUITES[suite.name]().served(sdls).items()
        }
        arguments = [
            word
            for name in sorted(files)
            for word in ("--subgraph", f"{name}={urls[name]},sdl={files[name]}")
        ]
        if composer == "reference":
            file = re_pointed(suite / "supergraph.graphql", urls, tmp_path)
            arguments = ["--supergraph", str(file)]
        url = await stack.enter_async_context(running(*arguments))
        client = await stack.enter_async_context(aiohttp.ClientSession())
        for case in json.loads((suite / "tests.json").read_text()):
            told = await asked(client, url, case["query"])
            assert told.get("data") == case["expected"].get("data"), (case["query"], told)
            has_errors = case["expected"].get("errors", False)
            assert bool(told.get("errors")) == has_errors, (case["query"], told)


def sdl_files(suite: Path) -> dict[str, Path]:
    return {each.stem: each for each in suite.glob("subgraphs/*.graphql")}


def re_pointed(file: Path, urls: Mapping[str, str], folder: Path) -> Path:
    """Write a supergraph anew whose subgraphs are where these are."""
    text, count = re.subn(
        r'name: "([^"]+)", url: "[^"]*"',
        lambda found: f'name: "{found[1]}", url: "{urls[found[1]]}"',
        file.read_text(),
    )
    assert count == len(urls)
    written = folder / file.name
    written.write_text(text)
    return written


async def asked(client: aiohttp.ClientSession, url: str, query: str) -> dict[str, Any]:
    async with client.post(f"{url}/graphql", json={"query": query}) as response:
        told: dict[str, Any] = await response.json(content_type=None)
        return told
