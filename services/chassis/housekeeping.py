"""Housekeeping: what a worker throws away from time to time, because its time is over."""

import asyncio

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis import event_days, files, idempotency, inbox, jobs
from services.chassis.logs import log

EVERY_SECONDS = 3600.0
FORGETTING = {
    "idempotency_keys": idempotency.forget_expired,
    "files": files.forget_expired,
    "jobs": jobs.forget_old,
    "inbox": inbox.forget_old,
}


class Housekeeping:
    """Goes round every hour; what could not be done waits for the next round."""

    def __init__(
        self, engine: AsyncEngine, service: str, *, event_days: int, every: float = EVERY_SECONDS
    ) -> None:
        self.engine = engine
        self.service = service
        self.event_days = event_days
        self.every = every

    async def run(self) -> None:
        while True:
            await self.go_round()
            await asyncio.sleep(self.every)

    async def go_round(self) -> None:
        try:
            await event_days.keep(self.engine, self.service, self.event_days)
            forgotten = {what: await forget(self.engine) for what, forget in FORGETTING.items()}
        except (SQLAlchemyError, OSError) as error:
            log().warning("housekeeping was put off", reason=type(error).__name__)
            return
        if any(forgotten.values()):
            log().info("what had expired was forgotten", **forgotten)
