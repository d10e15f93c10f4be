"""Roles as records: what they grant, how far it reaches, and that each door keeps to it."""

import random

import pytest
from sqlalchemy import select

from services.chassis import scoping
from services.chassis.actor import Actor, ActorKind
from services.chassis.database import reading
from services.chassis.permissions import Scope
from services.customers.customers.model import Customer
from services.customers.permissions import EDIT_CUSTOMERS, READ_CUSTOMERS, READ_STAFF
from tests.customers.office import CUSTOMER, ROLE, person_with, refusals, role_granting, unit
from tests.support.asking import codes, reasons

EVERYTHING = """query($ids: [_Any!]!, $id: ID!) {
    customers { nodes { name } count(mode: EXACT) { value } }
    customerGroups { nodes { count } }
    customer(id: $id) { name }
    _entities(representations: $ids) { ... on Customer { name } }
    partyRoles: customers(where: {partyRoles: {count: {gte: 0}}}) { nodes { name } } }"""


async def seen(office, person, id):
    """Give what each door shows of customers, which must be the same."""
    keys = [{"__typename": "Customer", "id": id}]
    data = await office.ask(EVERYTHING, person, ids=keys, id=id)
    names = sorted(it["name"] for it in data["customers"]["nodes"])
    assert data["customers"]["count"]["value"] == len(names)
    assert sum(it["count"] for it in data["customerGroups"]["nodes"]) == len(names)
    assert sorted(it["name"] for it in data["partyRoles"]["nodes"]) == names
    assert data["customer"] == data["_entities"][0]
    assert (data["customer"] is not None) == (data["customer"] in [{"name": it} for it in names])
    return names


@pytest.fixture
async def caller(office):
    """Somebody who reads and edits what is their own."""
    role = await role_granting(office, own=[READ_CUSTOMERS, EDIT_CUSTOMERS], all=[READ_STAFF])
    return await person_with(office, role)


async def test_who_may_see_their_own_sees_no_others_by_any_door(office, caller):
    mine = await office.customer(name="Mine", ownerId=caller)
    theirs = await office.customer(name="Theirs")
    nobodys = await office.customer(name="Nobody's", ownerId=None)
    assert await seen(office, caller, mine) == ["Mine"]
    for id in (theirs, nobodys):
        assert await seen(office, caller, id) == ["Mine"]
    assert await seen(office, office.person, theirs) == ["Mine", "Nobody's", "Theirs"]


@pytest.mark.rule("BR-32")
async def test_a_write_out_of_reach_is_refused_and_changes_nothing(office, caller):
    mine = await office.customer(name="Mine", ownerId=caller)
    theirs = await office.customer(name="Theirs")
    done = await office.change("Customer", CUSTOMER, theirs, {"name": "Taken"}, caller)
    assert codes(done) == ["NOT_FOUND"]
    assert await office.told(theirs) == ["created"]
    done = await office.change("Customer", CUSTOMER, mine, {"name": "Mine still"}, caller)
    assert done["made"]["name"] == "Mine still"
    stale = await office.change("Customer", CUSTOMER, mine, {"name": "Late"}, caller, 1)
    assert codes(stale) == ["VERSION_CONFLICT"]
    given = {"name": "For another", "ownerId": office.person}
    done = await office.make("Customer", CUSTOMER, given, caller)
    assert refusals(done) == [("FORBIDDEN", "input.ownerId")]
    assert (await office.make("Customer", CUSTOMER, {"name": "For me"}, caller))["made"]["owner"]


async def test_each_permission_reaches_as_far_as_it_was_granted_itself(office):
    """All may be read, and what is one's own edited: of the rest one may know that it is there."""
    role = await role_granting(office, own=[EDIT_CUSTOMERS], all=[READ_CUSTOMERS, READ_STAFF])
    person = await person_with(office, role)
    mine = await office.customer(name="Mine", ownerId=person)
    theirs = await office.customer(name="Theirs")
    assert await seen(office, person, theirs) == ["Mine", "Theirs"]
    done = await office.change("Customer", CUSTOMER, theirs, {"name": "Taken"}, person)
    assert codes(done) == ["FORBIDDEN"]
    done = await office.change("Customer", CUSTOMER, mine, {"name": "Mine still"}, person)
    assert done["userErrors"] == []
    assert await office.told(theirs) == ["created"]


async def test_the_widest_of_several_roles_counts(office):
    await office.customer(name="Theirs")
    wide = await role_granting(office, "Reader", all=[READ_CUSTOMERS])
    both = await role_granting(office, "Writer", own=[READ_CUSTOMERS, EDIT_CUSTOMERS])
    person = await person_with(office, wide, both)
    theirs = await office.customer(name="Theirs too")
    assert await seen(office, person, theirs) == ["Theirs", "Theirs too"]
    done = await office.change("Customer", CUSTOMER, theirs, {"name": "Taken"}, person)
    assert codes(done) == ["FORBIDDEN"]


async def test_what_a_team_answers_for_is_seen_by_who_is_of_it_and_no_longer(office):
    role = await role_granting(office, team=[READ_CUSTOMERS])
    person = await person_with(office, role)
    team = (await office.make("Team", "id", {"name": "North"}))["made"]["id"]
    shared = await office.customer(name="The team's", teamId=team)
    assert await seen(office, person, shared) == []
    fields = "members { nodes { staffUser { id } } }"
    done = await office.act("addTeamMembers", "team", fields, team, staffUserIds=[person])
    assert done["made"]["members"]["nodes"] == [{"staffUser": {"id": person}}]
    assert [it["type"].split(".")[2] for it in done["events"]] == ["updated", "members_changed"]
    assert await seen(office, person, shared) == ["The team's"]
    done = await office.act("removeTeamMembers", "team", fields, team, staffUserIds=[person])
    assert done["made"]["members"]["nodes"] == []
    assert await seen(office, person, shared) == []


async def test_a_unit_sees_what_people_in_it_and_below_answer_for(office):
    role = await role_granting(office, unit=[READ_CUSTOMERS])
    top = await unit(office, "Germany")
    north, south = await unit(office, "North", top), await unit(office, "South", top)
    harbour = await unit(office, "Harbour", north)
    head = await person_with(office, role, unitId=north)
    seller = await person_with(office, role, unitId=harbour)
    other = await person_with(office, role, unitId=south)
    sold = await office.customer(name="Harbour's", ownerId=seller)
    await office.customer(name="South's", ownerId=other)
    assert await seen(office, head, sold) == ["Harbour's"]
    assert await seen(office, other, sold) == ["South's"]
    moved = await office.change("OrgUnit", "parent { id }", harbour, {"parentId": south})
    assert moved["made"]["parent"] == {"id": south}
    assert [it["type"] for it in moved["events"]] == ["customers.org_unit.moved.v1"]
    assert await seen(office, head, sold) == []
    assert await seen(office, other, sold) == ["Harbour's", "South's"]


async def test_a_unit_lies_never_within_itself(office):
    top = await unit(office, "Top")
    low = await unit(office, "Low", await unit(office, "Middle", top))
    for parent in (top, low):
        done = await office.change("OrgUnit", "id", top, {"parentId": parent})
        assert reasons(done) == ["UNIT_WITHIN_ITSELF"]
    done = await office.act("archiveOrgUnit", "orgUnit", "id", top)
    assert reasons(done) == ["UNIT_NOT_EMPTY"]
    assert await office.told(top) == ["created"]


async def test_what_no_service_knows_is_refused_with_what_is_nearest(office):
    id = await role_granting(office)
    document = """mutation($i: ID!) { done: grantStaffRole(id: $i, input: {
        all: ["customers:customer:read", "sales:oder:edit"], own: ["customers:job:run"]})
        { staffRole { id } events { type }
          userErrors { path message ... on ValidationError { allowed } } } }"""
    done = (await office.ask(document, i=id))["done"]
    assert [(it["path"], it["allowed"]) for it in done["userErrors"]] == [
        (["input", "own", "0"], ["ALL"]),
        (["input", "all", "1"], ["sales:order:edit", "sales:order:read", "sales:lead:edit"]),
    ]
    assert done["staffRole"] is None
    assert await office.told(id) == ["created", "updated"]


async def test_what_a_role_grants_counts_with_the_next_request(office, caller):
    mine = await office.customer(name="Mine", ownerId=caller)
    role = (await office.ask('{ staffRoles(where: {name: {eq: "Caller"}}) { nodes { id } } }'))[
        "staffRoles"
    ]["nodes"][0]["id"]
    done = await office.act("grantStaffRole", "staffRole", ROLE, role, all=[READ_CUSTOMERS])
    assert done["made"]["grants"] == [{"permission": READ_CUSTOMERS, "scope": "ALL"}]
    done = await office.change("Customer", CUSTOMER, mine, {"name": "No more"}, caller)
    assert codes(done) == ["FORBIDDEN"]
    await office.act("archiveStaffRole", "staffRole", ROLE, role)
    answer = await office.answer("{ customers { nodes { id } } }", caller)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert answer["data"]["customers"] is None


async def test_only_who_may_edits_roles(office, caller):
    manager = await office.employ("SALES_MANAGER")
    for who in (caller, manager):
        done = await office.make("StaffRole", ROLE, {"name": "Emperor"}, who)
        assert codes(done) == ["FORBIDDEN"]
    assert await office.rows("SELECT 1 FROM staff_role WHERE name = 'Emperor'") == []


CHANCE = random.Random(32)


def an_actor(tenant):
    """Somebody who may read customers as far as chance says."""
    scope = CHANCE.choice([Scope.OWN, Scope.TEAM, Scope.UNIT, Scope.ALL])
    return Actor(
        tenant,
        CHANCE.choice(PEOPLE),
        ActorKind.USER,
        frozenset({READ_CUSTOMERS, EDIT_CUSTOMERS}),
        {READ_CUSTOMERS: scope, EDIT_CUSTOMERS: CHANCE.choice(list(Scope))},
        teams=tuple(CHANCE.sample(TEAMS, 2)),
        colleagues=tuple(CHANCE.sample(PEOPLE, 2)),
        doing=CHANCE.choice([None, READ_CUSTOMERS, EDIT_CUSTOMERS]),
    )


PEOPLE, TEAMS = [f"usr_{it}" for it in range(5)], [f"tea_{it}" for it in range(4)]


def reaches(actor, customer):
    """Say it as the words do: each scope includes those before it."""
    scopes = [actor.scopes[READ_CUSTOMERS]]
    if actor.doing:
        scopes.append(actor.scopes[actor.doing])
    scope = min(scopes)
    is_own = customer.owner_id == actor.id
    is_teams = customer.team_id in actor.teams
    is_units = customer.owner_id in actor.colleagues
    return any((is_own, scope >= Scope.TEAM and is_teams, scope >= Scope.UNIT and is_units)) or (
        scope is Scope.ALL
    )


async def test_a_thousand_decisions_are_those_of_the_lists_and_of_the_words(office):
    async with office.works.begin(Actor.system(office.tenant, "customers")) as work:
        owned = [(person, team) for person in (*PEOPLE, None) for team in (*TEAMS, None)]
        made = [work.add(Customer, name=f"{it}", owner_id=it[0], team_id=it[1]) for it in owned]
    async with reading(office.engine, office.tenant) as connection:
        for _ in range(1000 // len(made) + 1):
            actor = an_actor(office.tenant)
            listed = select(Customer.id).where(Customer.visible_to(actor))
            found = set(await connection.scalars(listed))
            assert found == {it.id for it in made if scoping.holds(it, actor)}
            assert found == {it.id for it in made if reaches(actor, it)}
