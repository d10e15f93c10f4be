"""The catalogue tells of every event what it means and how it looks, as it really was told."""

import copy
import json
from importlib import import_module
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from deploy.local.checkout import ROOT
from deploy.local.databases import SERVICES
from services.chassis import contract
from services.chassis.events import Event
from tests.system.recording import recorded

CATALOGUE = ROOT / "docs" / "events"
ENTRY = "urn:catalogue"


@pytest.fixture(scope="module")
def catalogue():
    return json.loads((CATALOGUE / "asyncapi.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def events():
    return [it for service in SERVICES for it in recorded(service)]


def within(catalogue):
    return Registry().with_resource(ENTRY, DRAFT202012.create_resource(catalogue))


def validated(catalogue, event):
    """Hold an event against what the catalogue says of its type."""
    payload = {"$ref": f"{ENTRY}#/components/messages/{event['type']}/payload"}
    Draft202012Validator(payload, registry=within(catalogue)).validate(event)


def refs(value):
    if isinstance(value, dict):
        yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else ())
        yield from (ref for it in value.values() for ref in refs(it))
    if isinstance(value, list):
        yield from (ref for it in value for ref in refs(it))


def test_every_reference_of_the_catalogue_leads_somewhere(catalogue):
    resolver = within(catalogue).resolver(ENTRY)
    found = set(refs(catalogue))
    assert len(found) > len(catalogue["channels"])
    for it in found:
        assert resolver.lookup(it).contents


def test_every_event_has_its_meaning_its_channel_and_an_example(catalogue):
    told = [it.type for service in SERVICES for it in contract.published(service)]
    messages = catalogue["components"]["messages"]
    assert set(told) == messages.keys() == catalogue["channels"].keys()
    for type, it in messages.items():
        assert it["summary"].endswith("."), type
        assert it["examples"][0]["payload"]["type"] == type
        assert catalogue["channels"][type]["address"] == f"crm.{{tenant}}.{type}.{{partition}}"


def test_every_recorded_event_is_as_the_catalogue_says(catalogue, events):
    for it in events:
        validated(catalogue, it)


@pytest.mark.parametrize(
    ("breach", "said"),
    [
        (lambda event: event["data"].pop("orderId"), "'orderId' is a required property"),
        (lambda event: event.pop("sequence"), "'sequence' is a required property"),
        (lambda event: event["data"].update(number=7), "7 is not of type 'string'"),
        (lambda event: event["data"]["net"].update(amount=7), "7 is not of type 'string'"),
    ],
)
def test_an_event_that_is_otherwise_is_seen(catalogue, events, breach, said):
    event = copy.deepcopy(next(it for it in events if it["type"] == "sales.order.placed.v1"))
    breach(event)
    with pytest.raises(ValidationError, match=said):
        validated(catalogue, event)


@pytest.mark.parametrize("service", SERVICES)
def test_every_recorded_event_fits_every_reader(service, events):
    by_type: dict[str, list[Any]] = {}
    for it in events:
        by_type.setdefault(it["type"], []).append(it["data"])
    models = list(contract.readers(service))
    assert models
    for model in models:
        for data in by_type[model.type]:
            model.model_validate(data)


OF_A_MOMENT = {"customers.sign_in_link", "customers.portal_link"}
"""What is told once and is no record: there is nothing to begin with."""
COMING_IN = (
    *("signed_in", "locked", "password_changed", "second_factor_changed"),
    *("acted_as", "session_ended"),
)
ACCOUNTS = ("staff_user", "portal_identity")
SHARED = ("customers.customer", "sales.opportunity")
ABOUT_A_PART = {
    *("customers.customer.role_assigned.v1", "customers.team.members_changed.v1"),
    *(f"customers.{kind}.{it}.v1" for kind in ACCOUNTS for it in COMING_IN),
    *(f"{it}.shared.v1" for it in SHARED),
    *(f"{it}.unshared.v1" for it in SHARED),
}


@pytest.mark.parametrize("service", SERVICES)
def test_of_every_aggregate_a_reader_can_begin_with_what_all_its_events_say(service):
    """But for those that say less, because they are about a part of the record alone."""
    found = import_module(f"services.{service}.schema").schema().backfills
    told: dict[str, list[type[Event]]] = {}
    for it in contract.published(service):
        told.setdefault(f"{it.service()}.{it.aggregate()}", []).append(it)
    assert found.keys() == told.keys() - OF_A_MOMENT
    for aggregate in found:
        facts = told[aggregate]
        fields = found[aggregate].fact.model_fields.keys()
        lesser = {it.type for it in facts if not fields <= it.model_fields.keys()}
        assert lesser <= ABOUT_A_PART


def test_a_fact_that_does_not_say_what_it_means_is_refused():
    class ShipSailed(Event):
        type = "toy.ship.sailed.v1"

    with pytest.raises(TypeError, match="ShipSailed does not say what it means"):
        contract.meaning(ShipSailed)


def test_the_page_names_every_event_with_its_readers(catalogue):
    page = (CATALOGUE / "catalogue.md").read_text("utf-8")
    for type, it in catalogue["components"]["messages"].items():
        (line,) = [line for line in page.splitlines() if line.startswith(f"| `{type}` |")]
        assert it["summary"] in line
        assert all(f"`{reader}`" in line for reader in it["x-readers"])
