"""Having: a filter of groups by what is counted and measured in them, compiled to SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true

from services.chassis.graph import operators
from services.chassis.graph.filter import MAX_LEAVES
from services.chassis.graph.grouping.subject import Figure
from services.chassis.graph.relative import Moment
from services.chassis.refusals import Invalid, LimitExceeded


@dataclass
class Having:
    """Compiles one filter over the columns of groups, counting its conditions."""

    count: Any
    figures: Mapping[Figure, Any]
    moment: Moment
    leaves: int = 0

    def compiled(self, given: Mapping[str, Any]) -> ColumnElement[bool]:
        return and_(true(), *(self._part(name, value) for name, value in given.items()))

    def _part(self, name: str, given: Any) -> ColumnElement[bool]:
        if name in ("and", "or"):
            inner = [self.compiled(it) for it in given]
            return and_(true(), *inner) if name == "and" else or_(false(), *inner)
        if name == "not":
            return self.compiled(given).is_not(true())
        if name == "count":
            return self._leaf(self.count, given, (name,))
        return and_(
            true(),
            *(
                self._leaf(self.figures[public, measure], asked, (public, measure))
                for public, each in given.items()
                for measure, asked in _given(each, public).items()
            ),
        )

    def _leaf(
        self, column: Any, given: Mapping[str, Any] | None, path: tuple[str, ...]
    ) -> ColumnElement[bool]:
        made = []
        for operator, value in _given(given, *path).items():
            self.leaves += 1
            if self.leaves > MAX_LEAVES:
                raise LimitExceeded(f"a filter may hold {MAX_LEAVES} conditions")
            made.append(operators.compiled(column, operator, value, self.moment, path))
        return and_(true(), *made)


def _given(asked: Mapping[str, Any] | None, *path: str) -> Mapping[str, Any]:
    if asked is None:
        raise Invalid("a condition is left out or given, never null", path=("having", *path))
    return asked
