"""What is told of API keys: that there are such, never what they are."""

from datetime import datetime

from services.chassis.events import Event, life_of


class ApiKeyFact(Event):
    api_key_id: str
    name: str
    staff_user_id: str
    role_id: str
    expires_at: datetime | None


ApiKeyCreated, ApiKeyArchived = life_of(ApiKeyFact, "customers.api_key", ("created", "archived"))
