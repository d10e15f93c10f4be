"""Sight: which fields somebody may not see, and of which it is written down that they saw them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Fields = Mapping[str, frozenset[str]]
"""Fields by record type, both by their names in the graph."""
WHOLE = ""
"""Stands among the fields of a type for the record itself."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What field policies make of one person's view; nothing, for most."""

    hidden: Fields = field(default_factory=dict)
    watched: Fields = field(default_factory=dict)

    @staticmethod
    def of(policies: Iterable[Sequence[Any]], held: Iterable[str]) -> "Sight":
        """Apply policies to who holds these roles.

        A policy is a record type, a field or none, the roles that may see it or none for all, and
        whether reads are written down.
        """
        roles = frozenset(held)
        hidden: dict[str, frozenset[str]] = {}
        watched: dict[str, frozenset[str]] = {}
        for record_type, name, readable_by, audits_reads in policies:
            if name and readable_by is not None and roles.isdisjoint(readable_by):
                hidden[record_type] = hidden.get(record_type, frozenset()) | {name}
            if audits_reads:
                watched[record_type] = watched.get(record_type, frozenset()) | {name or WHOLE}
        return Sight(hidden, watched) if hidden or watched else CLEAR


CLEAR = Sight()
