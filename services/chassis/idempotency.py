"""Idempotency keys: a change that is asked for twice is made once, and answered as the first time.

A key belongs to one principal and one mutation, and is claimed in the transaction of the change:
both are kept, or neither. What is kept are ids, names of fields and events, never the values of a
record: it is read afresh. Keys are kept as digests, and inputs as digests under the key, so that
nobody who reads this table learns what was asked for.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Index, String, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.orm import Mapped

from services.chassis.actor import Actor
from services.chassis.database import ID, Entity, Personal, column
from services.chassis.refusals import (
    Bounds,
    IdempotencyInProgress,
    IdempotencyMismatch,
    Invalid,
)

KEPT = timedelta(hours=24)
LONGEST_KEY = 255
LOCK_NOT_HAD = "55P03"
PATH = ("idempotencyKey",)

Answer = dict[str, Any]
"""What a payload is made of, as JSON holds it."""


class IdempotencyKey(Entity):
    __tablename__ = "idempotency_key"
    __table_args__ = (Index("idempotency_key_claimed_at_ix", "claimed_at"),)

    principal: Mapped[str] = column(Personal.NONE, ID, primary_key=True)
    mutation: Mapped[str] = column(primary_key=True)
    key: Mapped[str] = column(Personal.NONE, String(64), primary_key=True)
    fingerprint: Mapped[str] = column(Personal.NONE, String(64))
    claimed_at: Mapped[datetime] = column()
    answer: Mapped[dict[str, Any] | None] = column(Personal.NONE, JSONB)


@dataclass(frozen=True, slots=True)
class Claim:
    """A key of one principal for one mutation, and what was asked under it."""

    principal: str
    mutation: str
    key: str
    fingerprint: str

    @staticmethod
    def of(actor: Actor, mutation: str, key: str, asked: Mapping[str, Any]) -> "Claim":
        if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
            raise Invalid(
                f"an idempotency key has 1 to {LONGEST_KEY} printable characters",
                path=PATH,
                details=Bounds(min="1", max=str(LONGEST_KEY)),
            )
        body = orjson.dumps(asked, default=str, option=orjson.OPT_SORT_KEYS)
        return Claim(
            f"{actor.kind.value}:{actor.id}",
            mutation,
            hashlib.sha256(key.encode()).hexdigest(),
            hmac.new(key.encode(), body, hashlib.sha256).hexdigest(),
        )

    def identity(self) -> dict[str, str]:
        return {"principal": self.principal, "mutation": self.mutation, "key": self.key}


TAKE = text("""
    INSERT INTO idempotency_key AS held (principal, mutation, key, fingerprint, claimed_at)
    VALUES (:principal, :mutation, :key, :fingerprint, :now)
    ON CONFLICT (tenant, principal, mutation, key) DO UPDATE
        SET fingerprint = excluded.fingerprint, claimed_at = excluded.claimed_at, answer = NULL
        WHERE held.claimed_at <= :oldest
    RETURNING key
""")


async def claim(session: AsyncSession, wanted: Claim, now: datetime) -> Answer | None:
    """Take a key for this work, or give what is kept under it.

    While another work has it, wait for that one: as long as for any lock.
    """
    given = {**wanted.identity(), "fingerprint": wanted.fingerprint}
    try:
        taken = await session.execute(TAKE, {**given, "now": now, "oldest": now - KEPT})
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != LOCK_NOT_HAD:
            raise
        raise IdempotencyInProgress(
            "the first call with this idempotency key is still under way", path=PATH
        ) from error
    if taken.first() is not None:
        return None
    return await kept(await session.connection(), wanted, now)


async def kept(connection: AsyncConnection, wanted: Claim, now: datetime) -> Answer | None:
    """Give what is kept under a key, if it is; refuse it for another input."""
    found = await connection.execute(
        select(IdempotencyKey.fingerprint, IdempotencyKey.answer).where(
            *_is(wanted), IdempotencyKey.claimed_at > now - KEPT
        )
    )
    row = found.first()
    if row is None:
        return None
    if not hmac.compare_digest(row.fingerprint, wanted.fingerprint):
        raise IdempotencyMismatch("this idempotency key was used with another input", path=PATH)
    answer: Answer = row.answer
    return answer


async def keep(session: AsyncSession, claimed: Claim, answer: Answer) -> None:
    """Keep the answer under the key that this work has claimed."""
    await session.execute(update(IdempotencyKey).where(*_is(claimed)).values(answer=answer))


async def forget_expired(engine: AsyncEngine) -> int:
    """Forget the keys whose time is over, of all tenants, as the worker; count them."""
    async with engine.begin() as connection:
        expired = IdempotencyKey.claimed_at <= func.now() - KEPT
        done = await connection.execute(delete(IdempotencyKey).where(expired))
    return done.rowcount


def _is(wanted: Claim) -> list[Any]:
    return [getattr(IdempotencyKey, name) == value for name, value in wanted.identity().items()]
