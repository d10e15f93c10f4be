"""How the story puts an event into words."""

TITLES = {
    "customers.interaction.logged.v1": "{direction} {channel}",
    "customers.task.completed.v1": "A task was done",
    "sales.opportunity.created.v1": "An opportunity was set up",
    "sales.opportunity.won.v1": "An opportunity was won",
    "sales.opportunity.lost.v1": "An opportunity was lost",
    "sales.order.created.v1": "Order {number} was drawn up",
    "sales.order.placed.v1": "Order {number} was placed",
    "sales.order.confirmed.v1": "Order {number} was confirmed",
    "sales.order.shipped.v1": "Order {number} was shipped",
    "sales.order.cancelled.v1": "Order {number} was cancelled",
    "service_desk.case.opened.v1": "Case {number} was opened",
    "service_desk.case.resolved.v1": "Case {number} was resolved",
    "service_desk.case.closed.v1": "Case {number} was closed",
}


def title(type: str, *, number: str = "", channel: str = "", direction: str = "") -> str:
    """Say in a few words what happened, with numbers and no names."""
    told = TITLES[type].format(number=number, channel=channel.lower(), direction=direction.lower())
    return told[:1].upper() + told[1:]
