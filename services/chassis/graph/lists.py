"""The statements of lists: a page, a page for each of many parents, and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Text,
    bindparam,
    func,
    lateral,
    literal,
    select,
    true,
    union_all,
)

from services.chassis.graph.keyset import Arm, Page


@dataclass(frozen=True)
class Listing:
    """The rows of one record type that a list is of; `foreign_key` holds their parents' ids.

    `ways` part them, where no index has all of them in a list's order.
    """

    entity: Any
    conditions: Sequence[ColumnElement[bool]]
    foreign_key: str = ""
    ways: Sequence[ColumnElement[bool]] = ()

    def rows(self, keys: Sequence[str], page: Page) -> Select[Any]:
        """Select a page, and one row more, which tells whether there is another page."""
        if not self.ways:
            return self._page(keys, page, true())
        each = [self._page(keys, page, it, at) for at, it in enumerate(self.ways)]
        found = union_all(*(select(it.subquery()) for it in each)).subquery("ways")
        columns = list(found.c)
        ordered = [it.clause(columns[list(keys).index(it.key)]) for it in page.sorts]
        return select(*columns).order_by(*ordered).limit(page.size + 1)

    def _page(
        self, keys: Sequence[str], page: Page, way: ColumnElement[bool], at: int = 0
    ) -> Select[Any]:
        arms = [[*it, way] for it in page.arms()]
        if len(arms) == 1:
            return self._arm(keys, page, arms[0], [it.clause() for it in page.sorts])
        return self._joined(keys, page, arms, at)

    def rows_of(self, keys: Sequence[str], page: Page, parents: Sequence[str]) -> Select[Any]:
        """Select a page for each parent, whose id comes first in each row.

        Each parent's rows come from an index, as many as its page holds (LATERAL): numbering
        them with a window would read all children of all parents.
        """
        given = _given(parents)
        ordered = [it.clause() for it in page.sorts]
        children = lateral(
            self._arm(keys, page, [self._is_child(given), page.beyond()], ordered), "children"
        )
        return select(given.c.id, *children.c).select_from(given.join(children, true()))

    def counted(self, cap: int | None) -> Select[Any]:
        """Count the rows; with a cap, stop at the one after it."""
        return select(func.count()).select_from(self._found(cap).subquery("found"))

    def counted_of(self, cap: int | None, parents: Sequence[str]) -> Select[Any]:
        """Count the rows of each parent, whose id comes first."""
        given = _given(parents)
        found = lateral(self._found(cap).where(self._is_child(given)), "found")
        return (
            select(given.c.id, func.count(found.c.id))
            .select_from(given.outerjoin(found, true()))
            .group_by(given.c.id)
        )

    def all(self) -> Select[Any]:
        """Select all rows, for the planner to guess their number."""
        return self._found(None)

    def _found(self, cap: int | None) -> Select[Any]:
        found = select(self.entity.id).where(*self.conditions)
        return found if cap is None else found.limit(cap + 1)

    def _is_child(self, given: Any) -> ColumnElement[bool]:
        is_child: ColumnElement[bool] = getattr(self.entity, self.foreign_key) == given.c.id
        return is_child

    def _arm(
        self, keys: Sequence[str], page: Page, arm: Arm, ordered: Sequence[ColumnElement[Any]]
    ) -> Select[Any]:
        columns = [getattr(self.entity, key) for key in keys]
        found = select(*columns).where(*self.conditions, *arm).order_by(*ordered)
        return found.limit(page.size + 1)

    def _joined(
        self, keys: Sequence[str], page: Page, arms: Sequence[Arm], at: int
    ) -> Select[Any]:
        """Select from the near part, and from the far one only what is then still missing."""
        first, *others = page.sorts
        # in each part the first column is empty throughout, or nowhere
        ordered = [_plain(first), *(it.clause() for it in others)]
        near = self._arm(keys, page, arms[0], ordered).cte(f"near_{at}")
        missing = literal(page.size + 1) - select(func.count()).select_from(near).scalar_subquery()
        far = self._arm(keys, page, arms[1], ordered).limit(missing).subquery("far")
        both = union_all(
            select(near, literal(0).label("part")), select(far, literal(1).label("part"))
        ).subquery("both")
        found = list(both.c)
        inside = [it.clause(found[list(keys).index(it.key)]) for it in page.sorts]
        return select(*found[:-1]).order_by(found[-1], *inside)


def _plain(sort: Any) -> ColumnElement[Any]:
    plain: ColumnElement[Any] = sort.column.desc() if sort.descending else sort.column.asc()
    return plain


def _given(parents: Sequence[str]) -> Any:
    given = bindparam("parents", list(parents), ARRAY(Text))
    return func.unnest(given).table_valued("id", name="parents").render_derived()
