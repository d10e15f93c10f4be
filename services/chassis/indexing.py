"""Keys and indexes: what a table needs for what its entity says of its relations and its lists."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import MappedColumn

LIVE, PUT_AWAY = text("archived_at IS NULL"), text("archived_at IS NOT NULL")
OWNERSHIP = ("owner_id", "team_id")
"""The columns that a scope asks for, beside those of the lists."""


def relations_of(cls: type[Any]) -> Iterator[Any]:
    """Make foreign keys that carry the tenant, each served by an index."""
    table = cls.__tablename__
    for name, value in vars(cls).items():
        other = value.column.info.get("belongs_to") if isinstance(value, MappedColumn) else None
        if other:
            yield ForeignKeyConstraint(["tenant", name], [f"{other}.tenant", f"{other}.id"])
            yield Index(f"{table}_{name}_ix", "tenant", name, "id")


def lists_of(cls: type[Any]) -> Iterator[Index]:
    """Make an index for each sort, and for each pair of filters and a sort, that lists offer.

    A sort is served whether or not what was put away is asked for; pairs only among what is live.
    """
    table = cls.__tablename__
    for sort in cls.__sorts__:
        yield Index(f"{table}_by_{sort}_ix", "tenant", sort, "id")
    for columns in cls.__lists__:
        name = f"{table}_by_{'_'.join(columns)}_ix"
        yield Index(name, "tenant", *columns, "id", postgresql_where=LIVE)
    for column in cls.__searched__:
        yield Index(
            f"{table}_{column}_holds_ix",
            "tenant",
            column,
            postgresql_using="gin",
            postgresql_ops={column: "gin_trgm_ops"},
        )


def scope_of(cls: type[Any]) -> Iterator[Index]:
    """Make the indexes of the trash, and of what somebody or a team answers for."""
    table = cls.__tablename__
    yield Index(f"{table}_put_away_ix", "tenant", "id", postgresql_where=PUT_AWAY)
    for column in OWNERSHIP if cls.__part_of__ is None else ():
        owned = text(f"{column} IS NOT NULL")
        yield Index(f"{table}_{column}_ix", "tenant", column, "id", postgresql_where=owned)
