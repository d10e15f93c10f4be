"""What is told of organisation units."""

from services.chassis.events import Event, life_of


class OrgUnitFact(Event):
    org_unit_id: str
    name: str
    kind: str
    code: str | None
    parent_id: str | None


OrgUnitCreated, OrgUnitUpdated, OrgUnitArchived, OrgUnitRestored, OrgUnitPurged = life_of(
    OrgUnitFact, "customers.org_unit"
)


class OrgUnitMoved(OrgUnitFact):
    """An organisation unit lies within another one now, with all that lies within it."""

    type = "customers.org_unit.moved.v1"
