"""What a demonstration company must answer, so that the supervisor can show the way in."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from .databases import Database


class Company(Protocol):
    """A module does: `deploy.cli.demo` is one."""

    def explorer_settings(self) -> Mapping[str, str]:
        """Give the settings of the gateway's explorer page: its sign-ins, its first query."""

    def is_there(self, databases: Mapping[str, Database]) -> bool:
        """Whether its tenant exists already."""

    def load(self, graph_url: str, databases: Mapping[str, Database]) -> None:
        """Make the tenant and its records; done again after an interruption, it completes."""

    def welcome(self, graph_url: str) -> Sequence[str]:
        """Lines to print: a sign-in for each role, and a first query with curl."""
