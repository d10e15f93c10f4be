"""The facts that the desk tells of cases; what a case is about is personal and stays here."""

from services.chassis.events import END_OF_LIFE, Event, life_of


class CaseFact(Event):
    """What every fact of a case says."""

    case_id: str
    customer_id: str
    number: str
    priority: str
    status: str
    owner_id: str | None


CaseArchived, CaseRestored, CasePurged = life_of(CaseFact, "service_desk.case", END_OF_LIFE)


class CaseOpened(CaseFact):
    """A customer's case was taken up."""

    type = "service_desk.case.opened.v1"


class CaseUpdated(CaseFact):
    """Plain fields of a case were edited: `changed` names them."""

    type = "service_desk.case.updated.v1"


class CaseAssigned(CaseFact):
    """A staff user answers for a case."""

    type = "service_desk.case.assigned.v1"


class CaseStarted(CaseFact):
    """Somebody began to work on a case."""

    type = "service_desk.case.started.v1"


class CaseWaiting(CaseFact):
    """A case waits for somebody else."""

    type = "service_desk.case.waiting.v1"


class CaseResolved(CaseFact):
    """A case has its answer."""

    type = "service_desk.case.resolved.v1"


class CaseReopened(CaseFact):
    """A case that was resolved or closed goes on."""

    type = "service_desk.case.reopened.v1"


class CaseClosed(CaseFact):
    """A case is over."""

    type = "service_desk.case.closed.v1"
