"""What can become of a case, state by state."""

from datetime import UTC, datetime

import pytest

from services.chassis.refusals import Code, Refusal
from services.service_desk.cases.model import LIFE, Case, CasePriority, CaseStatus

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
VERBS = {
    "assign": lambda case: case.assign("usr_x"),
    "start": lambda case: case.start(),
    "wait": lambda case: case.wait(),
    "resolve": lambda case: case.resolve("a new lamp", at=AT),
    "close": lambda case: case.close(at=AT),
    "reopen": lambda case: case.reopen("it went out again"),
}
LEADS_TO = {
    ("NEW", "assign"): "NEW",
    ("NEW", "start"): "OPEN",
    ("OPEN", "assign"): "OPEN",
    ("OPEN", "wait"): "WAITING",
    ("OPEN", "resolve"): "RESOLVED",
    ("WAITING", "assign"): "WAITING",
    ("WAITING", "start"): "OPEN",
    ("RESOLVED", "close"): "CLOSED",
    ("RESOLVED", "reopen"): "OPEN",
    ("CLOSED", "reopen"): "OPEN",
}
EACH = [(status, verb) for status in CaseStatus for verb in VERBS]


def a_case(status):
    ended = status in (CaseStatus.RESOLVED, CaseStatus.CLOSED)
    return Case(
        id="cas_x",
        customer_id="cus_x",
        number="C-2026-00001",
        priority=CasePriority.NORMAL,
        status=status,
        resolution="a new lamp" if ended else None,
        resolved_at=AT if ended else None,
        closed_at=AT if status is CaseStatus.CLOSED else None,
    )


@pytest.mark.parametrize(("status", "verb"), EACH)
def test_each_deed_leads_where_the_table_says_and_nowhere_else(status, verb):
    case = a_case(status)
    to = LEADS_TO.get((status.name, verb))
    if to is None:
        with pytest.raises(Refusal) as refused:
            VERBS[verb](case)
        assert refused.value.code is Code.INVALID_TRANSITION
        assert case.status is status
    else:
        fact = VERBS[verb](case)
        assert case.status.name == fact.status == to
        assert fact.subject == "cas_x"


def test_every_move_of_the_process_has_a_deed():
    made = {(a, to) for (a, _), to in LEADS_TO.items() if a != to}
    assert made == {(a.name, b.name) for a, ends in LIFE.moves.items() for b in ends}


@pytest.mark.parametrize("status", [CaseStatus.RESOLVED, CaseStatus.CLOSED])
def test_a_reopened_case_keeps_nothing_of_its_end(status):
    case = a_case(status)
    case.reopen("it went out again")
    assert (case.resolution, case.resolved_at, case.closed_at) == (None, None, None)
    assert case.reopening_reason == "it went out again"


@pytest.mark.parametrize(
    ("status", "verb", "path"),
    [
        (CaseStatus.OPEN, lambda case: case.resolve("  ", at=AT), "resolution"),
        (CaseStatus.CLOSED, lambda case: case.reopen(""), "reason"),
    ],
)
def test_an_empty_reason_is_none(status, verb, path):
    case = a_case(status)
    with pytest.raises(Refusal) as refused:
        verb(case)
    assert (refused.value.code, refused.value.path) == (Code.REQUIRED, (path,))
    assert case.status is status
