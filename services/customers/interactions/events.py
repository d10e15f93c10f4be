"""What is told of interactions: that there was one, and by which way; not what was said."""

from datetime import datetime

from services.chassis.events import Event


class InteractionLogged(Event):
    """A call, meeting, message or visit was noted down; not what was said."""

    type = "customers.interaction.logged.v1"
    interaction_id: str
    customer_id: str
    channel: str
    direction: str
    happened_at: datetime
