"""What was released stays, until a deprecation has run out; each breach is seen on a plant."""

import copy
import json
from datetime import UTC, date, datetime

import pytest

from deploy.local.databases import SERVICES
from tests.contracts import __main__ as command
from tests.contracts import released

TODAY = date(2026, 6, 1)
OVER, RUNNING = "Use b. Removed after 2026-05-31.", "Use b. Removed after 2026-06-01."


def test_nothing_of_the_last_release_is_broken():
    assert list(command.breaches()) == []


def test_every_deprecation_says_what_to_use_until_when_and_none_is_over():
    on = datetime.now(UTC).date()
    assert released.bad_deprecations(command.graph_today(), on=on) == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_fact_says_all_of_its_fields_each_time(service):
    for file in command.events_of(service):
        assert list(released.optional(json.loads(file.read_text("utf-8"))["publishes"])) == []


WAS = f"""
type Query {{ a(by: Way = AIR, n: Int @deprecated(reason: "{OVER}")): A  b: B  cs: [C!]! }}
type A {{ id: ID!  old: Int @deprecated(reason: "{OVER}")  soon: Int @deprecated(reason: "{RUNNING}") }}
type B {{ id: ID!  c: C @deprecated(reason: "{OVER}") }}
interface Thing {{ id: ID! }}
type C implements Thing {{ id: ID! d: D @deprecated(reason: "{OVER}") }}
type D {{ id: ID! }}
enum Way {{ AIR SEA @deprecated(reason: "{OVER}") }}
input In {{ way: Way = AIR  x: Int @deprecated(reason: "{OVER}")  y: Int }}
type Mutation {{ do(input: In): A }}
"""  # noqa: E501  # a schema to read at one glance
DEPARTED = [
    f', n: Int @deprecated(reason: "{OVER}")',
    f'  old: Int @deprecated(reason: "{OVER}")',
    f' SEA @deprecated(reason: "{OVER}")',
    f'  x: Int @deprecated(reason: "{OVER}")',
]
FIELD_D = f' d: D @deprecated(reason: "{OVER}")'


def test_what_was_deprecated_may_go_after_its_day_and_what_only_it_led_to_goes_with_it():
    today = WAS
    for it in DEPARTED:
        assert it in today
        today = today.replace(it, "")
    today = today.replace(FIELD_D, "").replace("type D { id: ID! }", "")
    assert released.broken(WAS, today, on=TODAY) == []
    assert len(released.broken(WAS, today, on=date(2026, 5, 31))) == len(DEPARTED) + 2


@pytest.mark.parametrize(
    ("was", "planted", "said"),
    [
        (f'  soon: Int @deprecated(reason: "{RUNNING}")', "", "Field A.soon was removed."),
        ("  b: B ", "", "Field Query.b was removed."),
        ("a(by: Way = AIR", "a(by: Way = SEA", "Query.a(by:) has changed defaultValue"),
        ("a(by: Way = AIR", "a(by: Way!", "Query.a(by:) has changed type from Way to Way!"),
        ("cs: [C!]!", "cs: [C!]", "Field Query.cs changed type from [C!]! to [C!]."),
        ("type D { id: ID! }", "type D { id: String! }", "Field D.id changed type"),
        ("C implements Thing", "C", "C no longer implements interface Thing"),
        ("AIR SEA", "SEA", "Enum value Way.AIR was removed."),
        ("  y: Int }", "  z: Int! }", "Field In.y was removed."),
        ("  y: Int }", "  y: Int z: Int! }", "A required field In.z was added."),
        ("way: Way = AIR", "way: Way = SEA", "In.way has changed defaultValue"),
        ("id: ID!  c:", "id: Int!  c:", "Field B.id changed type from ID! to Int!."),
    ],
)
def test_what_breaks_a_client_is_said(was, planted, said):
    assert was in WAS
    found = released.broken(WAS, WAS.replace(was, planted, 1), on=TODAY)
    assert any(said in it for it in found), found


def test_what_is_added_breaks_nobody():
    today = WAS.replace("AIR SEA", "AIR LAND SEA").replace("  y: Int }", "  y: Int z: Int }")
    today = today.replace("  b: B ", "  b(n: Int): B  more: A ")
    assert released.broken(WAS, today, on=TODAY) == []


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (OVER, "A.a was to go after 2026-05-31"),
        ("Use b.", "is not 'Use x."),
        ("Use b. Removed after 2026-13-01.", "is not 'Use x."),
        ("Removed after 2027-01-01.", "is not 'Use x."),
    ],
)
def test_a_deprecation_that_is_over_or_says_too_little_is_named(reason, said):
    (found,) = released.bad_deprecations(
        f'type A {{ b: Int a: Int @deprecated(reason: "{reason}") }}', on=TODAY
    )
    assert found.startswith("A.a")
    assert said in found
    for planted in (
        f'input A {{ a: Int @deprecated(reason: "{reason}") }}',
        f'enum A {{ a @deprecated(reason: "{reason}") }}',
        f'type B {{ A(a: Int @deprecated(reason: "{reason}")): Int }}',
    ):
        assert len(released.bad_deprecations(planted, on=TODAY)) == 1
    fine = f'type A {{ a: Int @deprecated(reason: "{RUNNING}") }}'
    assert released.bad_deprecations(fine, on=TODAY) == []


FACT = "sales.order.created.v1"


@pytest.mark.parametrize(
    ("breach", "said"),
    [
        (lambda told: told.pop(FACT), f"{FACT} is no longer told"),
        (
            lambda told: told[FACT]["data"]["properties"].pop("customerId"),
            f"{FACT}: customerId is not told",
        ),
        (
            lambda told: told[FACT]["data"]["properties"].update(number={"type": "integer"}),
            f"{FACT}: number is told as ['integer']",
        ),
        (
            lambda told: told[FACT]["data"]["$defs"]["Money"]["properties"].pop("currency"),
            f"{FACT}: net is told as ['object']",
        ),
    ],
)
def test_a_fact_that_says_less_or_otherwise_is_named(breach, said):
    was = json.loads(command.events_of("sales")[1].read_text("utf-8"))
    today = copy.deepcopy(was)
    breach(today["publishes"])
    assert said in list(released.unkept(was, today))


def test_a_fact_may_say_more_and_another_version_may_stand_beside_it():
    was = json.loads(command.events_of("sales")[1].read_text("utf-8"))
    today = copy.deepcopy(was)
    today["publishes"][FACT.replace("v1", "v2")] = {"data": {}}
    data = today["publishes"][FACT]["data"]
    data["properties"]["more"] = {"type": "string"}
    data["required"].append("more")
    assert list(released.unkept(was, today)) == []


def test_a_release_that_breaks_clients_is_refused_unless_that_is_meant(
    monkeypatch, tmp_path, capsys
):
    graph = tmp_path / "released.graphql"
    graph.write_text("type Query { gone: Int }")
    monkeypatch.setattr(command, "GRAPH", graph)
    monkeypatch.setattr(
        command, "events_of", lambda it: (tmp_path / f"{it}.json", tmp_path / f"{it}/events.json")
    )
    recorded = tmp_path / "recorded.jsonl", tmp_path / "released.jsonl"
    monkeypatch.setattr(command, "recordings_of", lambda _service: recorded)
    recorded[0].write_text("{}\n")
    for it in SERVICES:
        (tmp_path / f"{it}.json").write_text('{"publishes": {}}')
        (tmp_path / it).mkdir()
        (tmp_path / it / "events.json").write_text('{"publishes": {"a.b.c.v1": {"data": {}}}}')
    assert command.main([]) == 1
    said = capsys.readouterr().err
    assert "Field Query.gone was removed.\n" in said
    assert "a.b.c.v1 is no longer told\n" in said
    assert graph.read_text() == "type Query { gone: Int }"
    assert not recorded[1].exists()
    assert command.main(["--breaking"]) == 0
    assert recorded[1].read_text() == "{}\n"
    assert graph.read_text() == command.graph_today()
    assert list(command.breaches()) == []
