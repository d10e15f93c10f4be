"""Beside a record: what is read of other tables for all records of a page at once."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from graphql import GraphQLResolveInfo
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.actor import Actor
from services.chassis.graph.selection import Selected


class Beside(Protocol):
    """One such field as an operation asks for it; its values are kept under the answer's key."""

    async def read(
        self, connection: AsyncConnection, actor: Actor, records: Sequence[Any]
    ) -> None: ...


Planning = Callable[[Selected], Beside]


def kept(key: str) -> str:
    """Name where a record keeps what was read: two aliases of one field are two values."""
    return f"beside {key}"


class Kept:
    """Answers with what the plan has read already."""

    kept_under = staticmethod(kept)

    def __call__(self, source: Any, info: GraphQLResolveInfo[Any], **_arguments: Any) -> Any:
        return source.__dict__[self.kept_under(str(info.path.key))]
