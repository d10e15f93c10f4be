"""What is told of field policies, for all services to keep to."""

from services.chassis.events import Event, life_of


class FieldPolicyFact(Event):
    field_policy_id: str
    record_type: str
    field: str | None
    readable_by: list[str] | None
    audits_reads: bool


(
    FieldPolicyCreated,
    FieldPolicyUpdated,
    FieldPolicyArchived,
    FieldPolicyRestored,
    FieldPolicyPurged,
) = life_of(FieldPolicyFact, "customers.field_policy")
