"""The checker sees each kind of harm, by its name, and finds nothing where none was done."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults import checker
from tests.faults.evidence import Copies, Evidence, Heard, Letter, Reader, Told
from tests.faults.history import Command, Outcome

AT = datetime(2026, 3, 1, tzinfo=UTC)
CUSTOMER = "customers.customer"


def told(number, subject="cus_1", sequence=None, **data):
    id, sequence = f"evt_{number}", sequence or number
    type = f"{CUSTOMER}.{'created' if sequence == 1 else 'updated'}.v1"
    return Told(id, type, subject, sequence, f"body of {id}", f"c{number}-1", data=data)


def command(number, **more):
    done = Command(number, "updateCustomer", {"id": "cus_1"}, tries=[f"c{number}-1"])
    done.outcome, done.events = Outcome.ACKNOWLEDGED, (f"evt_{number}",)
    return replace(done, **more)


EVENTS = [
    told(1, before={}, after={"tier": "A"}),
    told(2, before={"tier": "A"}, after={"tier": "B"}),
    told(3, before={"tier": "B"}, after={"tier": "C"}),
]
TAKEN = {it.id: AT + timedelta(seconds=it.sequence) for it in EVENTS}
SALES = Reader(
    "sales",
    (CUSTOMER,),
    {(CUSTOMER, "cus_1"): 3},
    TAKEN,
)
SOUND = Evidence(
    commands=[
        command(1),
        command(2),
        command(3),
        command(4, outcome=Outcome.REFUSED, events=(), reason="CASE_CLOSED"),
        command(5, outcome=Outcome.UNKNOWN, events=()),
    ],
    told=EVENTS,
    counters={"cus_1": 3},
    pending=0,
    stream=[Heard(it.id, it.id, it.body) for it in EVENTS],
    readers=[SALES],
    copies=[Copies("sales' copy", Counter({("cus_1", "C"): 1}), Counter({("cus_1", "C"): 1}))],
    audited={"c1-1": 1, "c2-1": 1, "c3-1": 1},
    versions={"cus_1": 3},
)


def reader(**changed):
    return {"readers": [replace(SALES, **changed)]}


def without(event):
    return {k: v for k, v in TAKEN.items() if k != event}


def edits(*versions):
    given = [{"id": "cus_1", "expectedVersion": it} for it in versions]
    return [
        command(1),
        *(command(n, given=it, tries=[f"c{n}-1"]) for n, it in enumerate(given, 2)),
    ]


HARM = {
    "a command without its key, done by two tries": (
        {
            "commands": [command(1, tries=["c1-1", "c2-1"], tells=2), command(3)],
        },
        {"acknowledged_is_told", "at_most_once"},
    ),
    "two edits of one version": ({"commands": edits(2, 2)}, {"nothing_is_overwritten"}),
    "an edit of what another had changed by then": (
        {"told": [*EVENTS[:2], told(3, before={"tier": "A"}, after={"tier": "C"})]},
        {"each_begins_where_the_last_ended"},
    ),
    "a change that was not told": (
        {
            "commands": [*SOUND.commands, command(6, events=())],
            "audited": {**SOUND.audited, "c6-1": 1},
            "versions": {"cus_1": 4},
        },
        {"acknowledged_is_told", "changed_is_told", "versions_are_told"},
    ),
    "an event that was laid for nothing": (
        {"audited": {"c1-1": 1, "c2-1": 1}},
        {"changed_is_told"},
    ),
    "an event that the outbox lost": (
        {"told": [EVENTS[0], EVENTS[2]]},
        {
            *("acknowledged_is_told", "changed_is_told", "numbered_without_gap"),
            *("each_begins_where_the_last_ended", "versions_are_told", "stream_is_whole"),
            *("stream_is_in_order", "nothing_strange_was_taken", "gates_are_where_events_are"),
        },
    ),
    "what was refused and done all the same": (
        {"commands": [*SOUND.commands[:2], command(3, outcome=Outcome.REFUSED, events=())]},
        {"refused_left_nothing"},
    ),
    "what nobody asked for": ({"commands": SOUND.commands[:2]}, {"nobody_else_tells"}),
    "an answer that names another event": (
        {"commands": [command(1), command(2), command(3, events=("evt_9",))]},
        {"acknowledged_is_told"},
    ),
    "two answers to one command": (
        {"commands": [command(1), command(2), command(3, is_contradicted=True)]},
        {"acknowledged_is_told"},
    ),
    "an event that was marked and never sent": (
        {"stream": [SOUND.stream[0], SOUND.stream[2]]},
        {"stream_is_whole", "stream_is_in_order"},
    ),
    "an event that is still in its outbox": ({"pending": 1}, {"stream_is_whole"}),
    "another body on the stream": (
        {"stream": [*SOUND.stream[:2], Heard("evt_3", "evt_3", "another")]},
        {"stream_is_whole"},
    ),
    "an event of no outbox": (
        {"stream": [*SOUND.stream, Heard("evt_9", "evt_9", "")]},
        {"stream_is_whole"},
    ),
    "events sent out of order": (
        {"stream": [SOUND.stream[it] for it in (0, 2, 1)]},
        {"stream_is_in_order"},
    ),
    "an event sent twice": (
        {"stream": [*SOUND.stream, SOUND.stream[2]]},
        {"stream_is_in_order"},
    ),
    "an event that was acknowledged and not taken": (
        reader(inbox=without("evt_2")),
        {"every_reader_was_reached"},
    ),
    "a gate that stands still": (
        reader(inbox=without("evt_3"), gates={(CUSTOMER, "cus_1"): 2}),
        {"every_reader_was_reached", "gates_are_where_events_are"},
    ),
    "an event taken before its turn": (
        reader(inbox=TAKEN | {"evt_3": AT}),
        {"taken_in_order"},
    ),
    "an event taken that nobody told": (
        reader(inbox=TAKEN | {"evt_9": AT}),
        {"nothing_strange_was_taken"},
    ),
    "an event taken twice": (
        {"copies": [replace(SOUND.copies[0], copy=Counter({("cus_1", "C"): 2}))]},
        {"copies_equal_their_sources"},
    ),
    "a copy that is behind": (
        {"copies": [replace(SOUND.copies[0], copy=Counter({("cus_1", "B"): 1}))]},
        {"copies_equal_their_sources"},
    ),
    "a poison that went down": (
        {"poison": [Letter(CUSTOMER, "cus_9", 1)]},
        {"poison_is_put_aside"},
    ),
    "a sound event that was put aside": (
        reader(
            inbox=without("evt_3"),
            gates={(CUSTOMER, "cus_1"): 2},
            letters=[Letter(CUSTOMER, "cus_1", 3)],
            parked=frozenset({(CUSTOMER, "cus_1", 3)}),
        ),
        {"poison_is_put_aside"},
    ),
}


def test_a_sound_run_breaks_nothing():
    assert checker.violations(SOUND) == []


@pytest.mark.parametrize("harm", HARM)
def test_each_harm_is_seen_and_called_by_its_name(harm):
    changed, seen = HARM[harm]
    found = checker.violations(replace(SOUND, **changed))
    assert {it.invariant for it in found} == seen, found


def test_every_invariant_is_seen_to_be_broken_by_something():
    seen = set().union(*(seen for _changed, seen in HARM.values()))
    assert {it.__name__ for it in checker.INVARIANTS} == seen


def test_what_is_unknown_may_have_happened_once_and_what_is_told_twice_is_no_harm():
    happened = told(4)
    found = checker.violations(
        replace(
            SOUND,
            commands=[*SOUND.commands[:3], command(4, outcome=Outcome.UNKNOWN, events=())],
            told=[*EVENTS, happened],
            counters={"cus_1": 4},
            versions={"cus_1": 4},
            audited={**SOUND.audited, "c4-1": 1},
            stream=[
                *SOUND.stream,
                Heard("evt_4", "evt_4", happened.body),
                Heard("", "evt_1", EVENTS[0].body),
            ],
            **reader(gates={(CUSTOMER, "cus_1"): 4}, inbox=TAKEN | {"evt_4": AT.replace(day=2)}),
        )
    )
    assert found == []


def test_a_refusal_after_silence_may_have_been_overtaken_unless_it_was_of_a_version():
    late = command(3, outcome=Outcome.REFUSED, events=(), unanswered=1)
    assert checker.violations(replace(SOUND, commands=[*SOUND.commands[:2], late])) == []
    given = {"id": "cus_1", "expectedVersion": 2}
    (found,) = {
        it.invariant
        for it in checker.violations(
            replace(SOUND, commands=[*SOUND.commands[:2], replace(late, given=given)])
        )
    }
    assert found == "refused_left_nothing"
