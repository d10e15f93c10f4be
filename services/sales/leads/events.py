"""What is told of leads: where they come from and how far they are; nothing of the person."""

from services.chassis.events import Event, life_of


class LeadFact(Event):
    """What was so of a lead when something happened to it."""

    lead_id: str
    source: str
    status: str
    owner_id: str | None


LeadCreated, LeadUpdated, LeadArchived, LeadRestored, LeadPurged = life_of(LeadFact, "sales.lead")


class LeadStatusChanged(LeadFact):
    """A lead was contacted, qualified, or disqualified for a reason."""

    type = "sales.lead.status_changed.v1"
    from_status: str
    disqualified_reason: str | None


class LeadAssigned(LeadFact):
    """A staff user answers for a lead."""

    type = "sales.lead.assigned.v1"
