"""Where a graph comes from: a supergraph file, or subgraphs that are composed here."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from gateway.composition import CompositionFailed, SubgraphSource, compose
from gateway.supergraph import InvalidSupergraph, Supergraph

ASK_SECONDS = 10
MAX_SDL_BYTES = 16 << 20
SDL_QUERY = "query SubgraphSdl { _service { sdl } }"


class NoGraph(Exception):
    """There is no graph to be had; `reasons` says why, each in one sentence."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__("\n".join(reasons))


@dataclass(frozen=True, slots=True)
class NamedSubgraph:
    """A subgraph as it is named on the command line; without a file it is asked for its SDL."""

    name: str
    url: str
    sdl: Path | None = None

    @staticmethod
    def parse(text: str) -> "NamedSubgraph":
        """Read `NAME=URL[,sdl=FILE]`, or raise `ValueError`."""
        name, equals, rest = text.partition("=")
        url, _, file = rest.partition(",sdl=")
        if not (name and equals and url.startswith(("http://", "https://"))):
            raise ValueError(f'"{text}" is not NAME=URL[,sdl=FILE] with an http(s) URL')
        return NamedSubgraph(name, url, Path(file) if file else None)


@dataclass(frozen=True, slots=True)
class GraphSource:
    """Read at the start, and again whenever the graph is reloaded."""

    supergraph: Path | None = None
    subgraphs: Sequence[NamedSubgraph] = ()

    async def read(self) -> Supergraph:
        """Give the graph as its source has it now, or raise `NoGraph`."""
        if self.supergraph is None:
            found = await asyncio.gather(*(_source(each) for each in self.subgraphs))
            sources = dict(zip((each.name for each in self.subgraphs), found, strict=True))
            return await asyncio.to_thread(_composed, sources)
        return await asyncio.to_thread(_read, self.supergraph)


def _composed(sources: dict[str, SubgraphSource]) -> Supergraph:
    try:
        return Supergraph.parse(compose(sources))
    except CompositionFailed as failure:
        raise NoGraph(*map(str, failure.problems)) from failure


def _read(file: Path) -> Supergraph:
    try:
        return Supergraph.from_file(file)
    except InvalidSupergraph as error:
        raise NoGraph(*error.reasons) from error


async def _source(named: NamedSubgraph) -> SubgraphSource:
    if named.sdl is None:
        return SubgraphSource(named.url, await _asked(named))
    try:
        return SubgraphSource(named.url, named.sdl.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise NoGraph(f"cannot read the SDL of {named.name} from {named.sdl}") from error


async def _asked(named: NamedSubgraph) -> str:
    """Ask a subgraph for its SDL, as federation has it."""
    try:
        timeout = aiohttp.ClientTimeout(total=ASK_SECONDS)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(named.url, json={"query": SDL_QUERY}) as response,
        ):
            told = await response.json(content_type=None)
        sdl = told["data"]["_service"]["sdl"]
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError, KeyError, TypeError) as error:
        raise NoGraph(f"{named.name} at {named.url} did not tell its SDL: {error!r}") from error
    if not isinstance(sdl, str) or len(sdl) > MAX_SDL_BYTES:
        raise NoGraph(f"{named.name} at {named.url} told no SDL, or one that is too long")
    return sdl
