"""Kinds of graphs that federation allows: small subgraphs, a world of data, and what is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.gateway.worlds import FEDERATION, World


@dataclass(frozen=True)
class Kind:
    """Subgraphs of one kind. `queries` are asked as they are, and chance ones beside them."""

    sdls: Mapping[str, str]
    world: World
    queries: Sequence[str]
    arguments: Mapping[str, str] = field(default_factory=dict)
    """What a chance query gives to fields that take arguments, by `Type.field`."""

    def linked(self) -> dict[str, str]:
        """Give the SDLs, each second-generation one with its link."""
        return {
            name: sdl.removeprefix("first generation")
            if sdl.startswith("first generation")
            else sdl
            if "@link" in sdl
            else FEDERATION + sdl
            for name, sdl in self.sdls.items()
        }
