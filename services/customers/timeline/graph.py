"""The timeline in the graph."""

from datetime import datetime

from services.chassis.graph import Record, field, many, record, reference, relate
from services.customers.customers.graph import Customer
from services.customers.timeline import model, queries


@record(queries.timeline, "One thing that happened in a customer's story, in any service.")
class TimelineEntry(Record):
    customer: Customer | None = reference(model.TimelineEntry.customer_id, "Whose story.")
    happened_at: datetime = field("When it happened.")
    kind: str = field("The type of the event that told it.")
    title: str = field("What happened, in a few words.")
    subject: str = field("The id of the record that it happened to.")


relate(
    Customer,
    timeline=many(TimelineEntry, model.TimelineEntry.customer_id, "Its story, from all services."),
)
