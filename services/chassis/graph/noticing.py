"""Noticing: what a request was not shown, and what it saw that is written down."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.chassis.actor import Actor
from services.chassis.audit import READ, Noted
from services.chassis.graph.masking import hidden_fields
from services.chassis.graph.plan import Plan
from services.chassis.graph.shapes import Shape, reads
from services.chassis.sight import WHOLE


@dataclass
class Notice:
    """Collects over one request; for who is under no policy there is nothing to collect."""

    redacted: set[str] = field(default_factory=set)
    seen: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def records(self, actor: Actor, plan: Plan, records: Sequence[Any]) -> None:
        """Take from records what is hidden, and note what is watched of the rest."""
        shape = plan.shape
        hidden = hidden_fields(shape, actor)
        asked = {*plan.plain, *plan.built}
        if unseen := asked & hidden:
            nothing = dict.fromkeys(unseen)
            for it in records:
                it.__dict__.update(nothing)
            self.redact(shape, unseen)
        for name, cut in plan.shape.cuts.items():
            if name in asked:
                for it in records:
                    it.__dict__[name] = cut(it.__dict__[name], actor.sight)
        self._watch(actor, shape, asked - hidden, [it.id for it in records])

    def columns(self, actor: Actor, shape: Shape, columns: Iterable[str], id: str = "") -> None:
        """Note that watched columns were reckoned with, of no one record."""
        wanted = frozenset(columns)
        names = {
            it.name for it in shape.fields.values() if not wanted.isdisjoint(reads(shape, it))
        }
        self._watch(actor, shape, names, [id])

    def redact(self, shape: Shape, names: Iterable[str]) -> None:
        public = {it.name: it.public for it in shape.fields.values()}
        self.redacted |= {f"{shape.name}.{public[it]}" for it in names}

    def taken(self) -> list[Noted]:
        """Give what was seen, to be written down, once."""
        seen, self.seen = self.seen, {}
        return [Noted(READ, type, id, tuple(sorted(it))) for (type, id), it in seen.items()]

    def _watch(self, actor: Actor, shape: Shape, names: Iterable[str], ids: Iterable[str]) -> None:
        watched = actor.sight.watched.get(shape.name)
        if not watched:
            return
        columns = {k for it in watched if it in shape.fields for k in shape.fields[it].keys}
        wanted = frozenset(names)
        fields = {
            it.public
            for it in shape.fields.values()
            if it.name in wanted and not columns.isdisjoint(reads(shape, it))
        }
        if fields or WHOLE in watched:
            for id in ids:
                self.seen.setdefault((shape.name, id), set()).update(fields)
