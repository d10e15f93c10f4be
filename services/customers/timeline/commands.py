"""What can be done with a timeline: it is only ever added to."""

from datetime import datetime

from services.chassis.permissions import requires
from services.chassis.work import Work
from services.customers.permissions import LOG_INTERACTIONS
from services.customers.timeline.model import TimelineEntry


@requires(LOG_INTERACTIONS)
async def note(
    work: Work, customer_id: str, *, subject: str, kind: str, title: str, at: datetime
) -> TimelineEntry:
    return work.add(
        TimelineEntry,
        customer_id=customer_id,
        subject=subject,
        kind=kind,
        title=title,
        happened_at=at,
    )
