"""An API key."""

import hmac
from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped

from services.chassis.database import Entity, Personal, RecordColumns, belongs_to, column
from services.customers.sessions import rules


class ApiKey(RecordColumns, Entity):
    """Its secret is told once, and only a digest kept. `last_used_at` changes no version."""

    __tablename__, __prefix__ = "api_key", "key"
    __sorts__ = ("name", "created_at")
    __scoped__ = False
    __owned_by_maker__ = False

    name: Mapped[str] = column()
    staff_user_id: Mapped[str] = belongs_to("staff_user")
    role_id: Mapped[str] = belongs_to("staff_role")
    beginning: Mapped[str] = column(Personal.NONE, String(8))
    digest: Mapped[str] = column(Personal.CREDENTIAL, String(64))
    expires_at: Mapped[datetime | None] = column()
    last_used_at: Mapped[datetime | None] = column()

    def fits(self, secret: str, *, at: datetime) -> bool:
        is_same = hmac.compare_digest(self.digest, rules.digest(secret))
        is_over = self.expires_at is not None and at >= self.expires_at
        return is_same and not is_over and self.archived_at is None
