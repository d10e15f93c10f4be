"""From a row to an item of the upsert, with its references still to be looked up."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.cli.importing.intake import Intake, Kind
from deploy.cli.importing.mapping import FieldRule
from deploy.cli.importing.mapping import Mapping as MappingFile
from deploy.cli.importing.references import Wanted
from deploy.cli.importing.rows import Row
from deploy.cli.importing.values import Cells, Unfit, plain_of, value_of
from deploy.local.refusals import Refused

Rules = Mapping[str, tuple[FieldRule, Kind]]


@dataclass(frozen=True)
class Item:
    """A row as the graph takes it; a `Wanted` among its values stands for an id."""

    row: Row
    ref: str
    values: Mapping[str, Any]
    history: Mapping[str, Any]

    def wanted(self) -> Iterator[Wanted]:
        for value in (*self.values.values(), *self.history.values()):
            if isinstance(value, Wanted):
                yield value

    def resolved(self, source: str, found: Mapping[Wanted, str]) -> dict[str, Any]:
        """Write it as the mutation's input; what is not found is unfit."""
        made: dict[str, Any] = {
            "externalRef": {"source": source, "id": self.ref},
            "input": _resolved(self.values, found),
        }
        if self.history:
            made["history"] = _resolved(self.history, found)
        return made


def _resolved(values: Mapping[str, Any], found: Mapping[Wanted, str]) -> dict[str, Any]:
    made = {}
    for name, value in values.items():
        if isinstance(value, Wanted):
            if value not in found:
                raise Unfit(f"{name}: {value.to} has none known as {value.source} {value.ref}")
            made[name] = found[value]
        else:
            made[name] = value
    return made


class Items:
    """Makes items by a mapping that fits the graph; one that does not is refused at once."""

    def __init__(self, mapping: MappingFile, intake: Intake, columns: Sequence[str]) -> None:
        self.mapping = mapping
        self.columns = columns
        self.fields = _rules(mapping.fields, intake.fields, f"the input of {intake.mutation}")
        self.history = _rules(mapping.history, intake.history, f"history of {intake.mutation}")

    def of(self, row: Row) -> Item:
        """Make a row's item, or say why it is unfit: all its fields' reasons together."""
        if row.damage:
            raise Unfit(row.damage)
        cells = dict(zip(self.columns, row.cells, strict=True))
        parts = [cells[name].strip() for name in self.mapping.id]
        if not all(parts):
            raise Unfit(f"{' and '.join(self.mapping.id)} cannot be empty")
        unfit: list[str] = []
        values = self._values(self.fields, cells, unfit)
        history = self._values(self.history, cells, unfit)
        if unfit:
            raise Unfit("; ".join(unfit))
        return Item(row, "/".join(parts), values, history)

    def _values(self, rules: Rules, cells: Cells, unfit: list[str]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, (rule, kind) in rules.items():
            try:
                made[name] = self._wanted(rule, cells) if rule.to else value_of(rule, kind, cells)
            except Unfit as reason:
                unfit.append(f"{name}: {reason}")
        return made

    def _wanted(self, rule: FieldRule, cells: Cells) -> Wanted | None:
        ref = plain_of(rule, cells)
        if ref is None or rule.to is None:
            return None
        return Wanted(rule.to, rule.source or self.mapping.source, str(ref))


def _rules(given: Mapping[str, FieldRule], known: Mapping[str, Kind], where: str) -> Rules:
    for name, rule in given.items():
        if name not in known:
            raise Refused(f"{where} has no field {name}; it has {', '.join(known) or 'none'}")
        if (known[name].name == "MoneyInput") is not (rule.currency is not None):
            must = "needs a currency" if rule.currency is None else "is no money: no currency"
            raise Refused(f"the mapping of {name} {must}")
    return {name: (rule, known[name]) for name, rule in given.items()}
