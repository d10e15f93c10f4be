"""What is told of interactions: that there was one, and by which way; not what was said."""

from datetime import datetime
from typing import Self

from services.chassis.events import Event
from services.customers.interactions.model import Interaction


class InteractionLogged(Event):
    type = "customers.interaction.logged.v1"
    interaction_id: str
    customer_id: str
    channel: str
    direction: str
    happened_at: datetime

    @classmethod
    def of(cls, interaction: Interaction) -> Self:
        return cls(
            interaction_id=interaction.id,
            customer_id=interaction.customer_id,
            channel=interaction.channel.name,
            direction=interaction.direction.name,
            happened_at=interaction.happened_at,
        )
