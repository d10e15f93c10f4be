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
    type = "service_desk.case.opened.v1"


class CaseUpdated(CaseFact):
    type = "service_desk.case.updated.v1"


class CaseAssigned(CaseFact):
    type = "service_desk.case.assigned.v1"


class CaseStarted(CaseFact):
    type = "service_desk.case.started.v1"


class CaseWaiting(CaseFact):
    type = "service_desk.case.waiting.v1"


class CaseResolved(CaseFact):
    type = "service_desk.case.resolved.v1"


class CaseReopened(CaseFact):
    type = "service_desk.case.reopened.v1"


class CaseClosed(CaseFact):
    type = "service_desk.case.closed.v1"
