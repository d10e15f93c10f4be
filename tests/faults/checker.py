"""The checker: what must be true of a run after its faults, and each thing that is not.

A pure function over the evidence. Every invariant is a generator of what breaks it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from tests.faults.evidence import Evidence
from tests.faults.history import Outcome


class Violation(NamedTuple):
    """An invariant by its name, and what broke it."""

    invariant: str
    what: str


class Case:
    """The evidence, and what several invariants look up in it."""

    def __init__(self, evidence):
        self.it = evidence

    @cached_property
    def by_try(self):
        """Give the events of each try of a command; what was a reaction to an event is none."""
        found = defaultdict(list)
        for event in self.it.told:
            if event.cause is None:
                found[event.request].append(event)
        return found

    @cached_property
    def by_subject(self):
        found = defaultdict(list)
        for event in self.it.told:
            found[event.subject].append(event)
        return {id: sorted(events, key=_sequence) for id, events in found.items()}

    @cached_property
    def by_id(self):
        return {event.id: event for event in self.it.told}

    def events_of(self, command):
        return [event for it in command.tries for event in self.by_try.get(it, ())]

    def of(self, *outcomes):
        return [it for it in self.it.commands if it.outcome in outcomes]


def _sequence(event):
    return event.sequence


def acknowledged_is_told(case):
    """Every acknowledged change has exactly its events, and the answer named them."""
    for it in case.of(Outcome.ACKNOWLEDGED):
        events = case.events_of(it)
        if it.tells is not None and len(events) != it.tells:
            yield f"{it.deed} {it.key}: {len(events)} events, not {it.tells}"
        elif {event.id for event in events} != set(it.events):
            yield f"{it.deed} {it.key}: answered with other events than it told"
        if it.is_contradicted:
            yield f"{it.deed} {it.key}: answered in two ways"


def refused_left_nothing(case):
    """What was refused, and is not under way any more, left no event and no audit line."""
    for it in case.of(Outcome.REFUSED):
        if not it.is_settled:
            continue
        if events := case.events_of(it):
            yield f"{it.deed} {it.key}: refused ({it.reason}), and told {len(events)} events"
        if any(case.it.audited.get(tried) for tried in it.tries):
            yield f"{it.deed} {it.key}: refused ({it.reason}), and changed something"


def at_most_once(case):
    """No command was done by two tries of it, nor half: this is what its key is for."""
    for it in case.it.commands:
        doing = [tried for tried in it.tries if case.by_try.get(tried)]
        if len(doing) > 1:
            yield f"{it.deed} {it.key}: done by {len(doing)} tries"
        elif doing and it.tells is not None and len(case.by_try[doing[0]]) != it.tells:
            yield f"{it.deed} {it.key}: done in part"
        writing = [tried for tried in it.tries if case.it.audited.get(tried)]
        if len(writing) > 1:
            yield f"{it.deed} {it.key}: written by {len(writing)} tries"


def changed_is_told(case):
    """What changed a record told an event, and what told an event changed a record."""
    for it in case.it.commands:
        for tried in it.tries:
            if bool(case.it.audited.get(tried)) != bool(case.by_try.get(tried)):
                yield f"{it.deed} {it.key}: an audit line without an event, or the reverse"


def nobody_else_tells(case):
    """No event comes from nowhere: each is of a command, or of an event before it."""
    asked = {tried for it in case.it.commands for tried in it.tries}
    for event in case.it.told:
        cause_is_there = event.cause is None or event.cause in case.by_id
        if event.id not in case.it.before and (event.request not in asked or not cause_is_there):
            yield f"{event.type} {event.id} of {event.subject}: nobody asked for it"


def numbered_without_gap(case):
    """Each record's events are numbered from one, without a gap, as far as its counter says."""
    for subject, events in case.by_subject.items():
        if [it.sequence for it in events] != list(range(1, len(events) + 1)):
            yield f"{subject}: numbered {[it.sequence for it in events]}"
        if case.it.counters.get(subject) != len(events):
            yield f"{subject}: counted {case.it.counters.get(subject)}, told {len(events)}"
    for subject in case.it.counters.keys() - case.by_subject.keys():
        yield f"{subject}: counted {case.it.counters[subject]}, told nothing"


def nothing_is_overwritten(case):
    """Of two who edit the same version of a record one is refused."""
    edited = Counter(it.edited for it in case.of(Outcome.ACKNOWLEDGED) if it.edited)
    for (record, version), times in edited.items():
        if times > 1:
            yield f"{record}: version {version} was edited {times} times"


def each_begins_where_the_last_ended(case):
    """What an event says was so before is what the last one said is so now."""
    for subject, events in case.by_subject.items():
        known: dict[str, object] = {}
        for it in events:
            before, after = it.data.get("before", {}), it.data.get("after", {})
            if different := [k for k, v in before.items() if k in known and known[k] != v]:
                yield f"{subject}: {it.type} {it.sequence} knew another {different[0]}"
            known |= {k: v for k, v in after.items() if not isinstance(v, dict)}


def versions_are_told(case):
    """A record has been changed as often as it was told."""
    for record, version in case.it.versions.items():
        if version != len(case.by_subject.get(record, ())):
            yield f"{record}: at version {version}, told {len(case.by_subject.get(record, ()))}"


def stream_is_whole(case):
    """The stream has every event, as it was written down, and no other."""
    if case.it.pending:
        yield f"{case.it.pending} events have not left the outbox"
    heard = defaultdict(set)
    for it in case.it.stream:
        heard[it.id].add(it.body)
    for event in case.it.told:
        if event.id not in heard:
            yield f"{event.type} {event.id} of {event.subject} is not on the stream"
        elif heard[event.id] != {event.body}:
            yield f"{event.type} {event.id} of {event.subject} is another on the stream"
    for id in heard.keys() - case.by_id.keys() - case.it.foreign:
        yield f"{id} is on the stream and in no outbox"


def stream_is_in_order(case):
    """Relays sent each event once, and each record's in their order."""
    sent = [case.by_id[it.id] for it in case.it.stream if it.is_relayed and it.id in case.by_id]
    for id, times in Counter(it.id for it in sent).items():
        if times > 1:
            yield f"{id} was sent {times} times"
    reached: Counter[str] = Counter()
    for it in sent:
        if it.sequence != reached[it.subject] + 1:
            yield f"{it.subject}: {it.sequence} was sent after {reached[it.subject]}"
        reached[it.subject] = it.sequence


def every_reader_was_reached(case):
    """Every event was taken by every reader, or waits in its dead letters."""
    for reader in case.it.readers:
        for event in case.it.told:
            if event.source not in reader.sources or event.id in reader.inbox:
                continue
            key = (event.source, event.subject)
            if (*key, event.sequence) not in reader.parked:
                yield f"{reader.name}: {event.type} {event.id} of {event.subject} was not taken"


def gates_are_where_events_are(case):
    """A gate stands at its record's last event, or before a dead letter."""
    for reader in case.it.readers:
        shut = {(it.source, it.subject) for it in reader.letters}
        for (source, subject), reached in reader.gates.items():
            last = len(case.by_subject.get(subject, ()))
            if (source, subject) not in shut and reached != last:
                yield f"{reader.name}: the gate of {subject} is at {reached} of {last}"


def nothing_strange_was_taken(case):
    """No reader took what nobody told."""
    for reader in case.it.readers:
        for id in reader.inbox.keys() - case.by_id.keys() - case.it.foreign:
            yield f"{reader.name}: took {id}, which is in no outbox"


def taken_in_order(case):
    """Each record's events were taken in their order."""
    for reader in case.it.readers:
        for subject, events in case.by_subject.items():
            times = [reader.inbox[it.id] for it in events if it.id in reader.inbox]
            if any(later < earlier for earlier, later in pairwise(times)):
                yield f"{reader.name}: took the events of {subject} out of order"


def copies_equal_their_sources(case):
    """A projection holds what its source says: nothing less, nothing more, nothing twice."""
    for it in case.it.copies:
        for row, times in (it.source - it.copy).items():
            yield f"{it.name}: {row} is missing{f' {times} times' if times > 1 else ''}"
        for row, times in (it.copy - it.source).items():
            yield f"{it.name}: {row} is too much{f' {times} times' if times > 1 else ''}"


def poison_is_put_aside(case):
    """What cannot be taken is a dead letter at each of its readers, and nothing else is."""
    for reader in case.it.readers:
        wanted = Counter(it for it in case.it.poison if it.source in reader.sources)
        found = Counter(reader.letters)
        for it in wanted - found:
            yield f"{reader.name}: {it.subject} {it.sequence} is no dead letter"
        for it in found - wanted:
            yield f"{reader.name}: {it.subject} {it.sequence} of {it.source} is a dead letter"


INVARIANTS: tuple[Callable[[Case], Iterator[str]], ...] = (
    *(acknowledged_is_told, refused_left_nothing, at_most_once, changed_is_told),
    *(nobody_else_tells, numbered_without_gap, nothing_is_overwritten),
    *(each_begins_where_the_last_ended, versions_are_told),
    *(stream_is_whole, stream_is_in_order),
    *(every_reader_was_reached, gates_are_where_events_are, nothing_strange_was_taken),
    *(taken_in_order, copies_equal_their_sources, poison_is_put_aside),
)


def violations(evidence: Evidence) -> list[Violation]:
    """Give everything that a run broke; none, and it was as we promise."""
    case = Case(evidence)
    return [Violation(it.__name__, what) for it in INVARIANTS for what in it(case)]
