"""The contracts in git keep what they promise; each rule is seen to fail on a planted breach."""

import copy
import json
import re

import pytest

from deploy.local.checkout import ROOT
from deploy.local.databases import SERVICES
from tests.contracts import deeds, facts, graphs


@pytest.fixture(scope="module")
def events():
    files = (ROOT / "services" / it / "contract" / "events.json" for it in SERVICES)
    return [json.loads(it.read_text("utf-8")) for it in files]


@pytest.fixture(scope="module")
def sdls():
    files = (ROOT / "services" / it / "contract" / "schema.graphql" for it in SERVICES)
    return [it.read_text("utf-8") for it in files]


def test_every_fact_that_is_read_is_told_and_fits_its_reader(events):
    assert facts.findings(events) == []
    assert sum(len(it["reads"]) for it in events) > 0


def test_every_fact_is_told_under_the_name_of_its_service(events):
    for each in events:
        assert {it.split(".")[0] for it in each["publishes"]} == {each["service"]}


READ = "sales.order.created.v1"


@pytest.mark.parametrize(
    ("breach", "said"),
    [
        (lambda told: told.pop(READ), "nobody tells it"),
        (
            lambda told: told[READ]["data"]["properties"].pop("customerId"),
            "customerId is not told",
        ),
        (
            lambda told: told[READ]["data"]["required"].remove("customerId"),
            "customerId may be left out",
        ),
        (
            lambda told: told[READ]["data"]["properties"].update(customerId={"type": "integer"}),
            "customerId is told as ['integer']",
        ),
        (
            lambda told: told[READ]["data"]["properties"]["placedOn"].update(
                anyOf=[{"type": "integer"}, {"type": "null"}]
            ),
            "placedOn is told as ['integer', 'null']",
        ),
    ],
)
def test_a_fact_that_does_not_fit_its_reader_is_seen(events, breach, said):
    planted = copy.deepcopy(events)
    (sales,) = [it for it in planted if it["service"] == "sales"]
    breach(sales["publishes"])
    assert facts.findings(planted) == [f"customers reads {READ}: {said}"]


STRING, NUMBER = {"type": "string"}, {"type": "number"}
DATE = {"type": "string", "format": "date"}
NOTHING = {"type": "null"}


@pytest.mark.parametrize(
    ("given", "wanted", "is_fine"),
    [
        (STRING, STRING, True),
        (STRING, NUMBER, False),
        ({"type": "integer"}, NUMBER, True),
        (NUMBER, {"type": "integer"}, False),
        (DATE, STRING, True),
        (STRING, DATE, False),
        (STRING, {"anyOf": [STRING, NOTHING]}, True),
        ({"anyOf": [STRING, NOTHING]}, STRING, False),
        ({"type": "array", "items": STRING}, {"type": "array", "items": STRING}, True),
        ({"type": "array", "items": NUMBER}, {"type": "array", "items": STRING}, False),
        ({**STRING, "enum": ["A"]}, {**STRING, "enum": ["A", "B"]}, True),
        ({**STRING, "enum": ["A", "C"]}, {**STRING, "enum": ["A", "B"]}, False),
        (
            {"type": "object", "properties": {"amount": STRING}, "required": ["amount"]},
            {"type": "object", "properties": {"amount": NUMBER}, "required": ["amount"]},
            False,
        ),
    ],
)
def test_what_is_told_fits_where_the_reader_allows_all_of_it(given, wanted, is_fine):
    assert facts.fits(given, wanted, {}, {}) is is_fine


def test_everything_that_a_client_sees_is_described(sdls):
    assert [it for sdl in sdls for it in graphs.undescribed(sdl)] == []


def test_no_default_is_null(sdls):
    assert [it for sdl in sdls for it in graphs.null_defaults(sdl)] == []


def test_every_mutation_answers_with_a_payload_of_its_name(sdls):
    assert [it for sdl in sdls for it in graphs.misnamed_payloads(sdl)] == []


def test_every_mutation_can_be_tried_without_effect_and_repeated_under_a_key(sdls):
    assert [it for sdl in sdls for it in graphs.not_repeatable(sdl)] == []


TELL_NOTHING = {
    *("enrolSecondFactor", "unlockStaffUser", "exchangeApiKey"),
    "unlockPortalIdentity",
}
"""Mutations that publish nothing: the list is closed."""
OF_EACH_SERVICE = re.compile(
    "(import|export)[A-Z].*|(create|appendTo|close|cancel|resume).*(File|Job)"
    "|(retry|skip).*DeadLetter|(open|change|toggle|reset).*ShareDraft"
)
"""What is done with files, jobs and dead letters is told by the events of the records that they
are about, and in the audit; what is done with a draft of shares, once it is applied.
"""
TOLD_BY_NO_MUTATION = {"customers.company.created.v1"}
"""A company is made by `crm tenant create`."""


def test_every_mutation_says_which_events_it_publishes_and_every_event_is_said(sdls, events):
    told = {type for each in events for type in each["publishes"]}
    said = {name: deeds.events_of(it) for sdl in sdls for name, it in deeds.deeds_of(sdl).items()}
    silent = {name for name, it in said.items() if not it}
    assert {it for it in silent if not OF_EACH_SERVICE.fullmatch(it)} == TELL_NOTHING
    assert {type for it in said.values() for type in it} == told - TOLD_BY_NO_MUTATION


def test_a_root_field_stands_in_exactly_one_service(sdls):
    assert graphs.shared_roots(sdls) == []


def test_an_input_of_several_services_is_the_same_in_all(sdls):
    assert graphs.differing_inputs(sdls) == []


SDL = '''
"""A way in."""
type Query {
  """An order."""
  order("Its id." id: ID!): Order
}
type Mutation {
  """Win."""
  win("Which." input: WinInput = null): WonPayload!
  """Lose."""
  lose: LosePayload!
}
type Order { id: ID! }
input WinInput { id: ID }
enum Way { BY_SEA }
'''


def test_each_breach_of_a_graph_is_seen():
    assert graphs.undescribed(SDL) == [
        *("Order", "Order.id", "WinInput", "WinInput.id", "Way", "Way.BY_SEA"),
    ]
    undescribed = SDL.replace('"Its id." ', "")
    assert "Query.order.id" in graphs.undescribed(undescribed)
    assert graphs.null_defaults(SDL) == ['win("Which." input: WinInput = null): WonPayload!']
    assert graphs.not_repeatable(SDL) == ["win", "lose"]
    assert graphs.misnamed_payloads(SDL) == ["win: WonPayload!"]
    assert graphs.shared_roots([SDL, "type Query { order: ID case: ID }"]) == ["order"]
    assert graphs.differing_inputs([SDL, "input WinInput { id: ID! }"]) == ["WinInput"]
    assert graphs.differing_inputs([SDL, '"Other."\ninput WinInput { id: ID }']) == ["WinInput"]
