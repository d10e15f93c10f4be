"""Why somebody may, or may not: the explanation is the door's decision, and that of the words."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from services.chassis.actor import Actor
from services.chassis.clock import utc_now
from services.chassis.permissions import Scope, SharePermission
from services.chassis.shares import RecordShare
from services.customers.customers.model import Customer, PartyRole, PartyRoleKind
from services.customers.permissions import (
    EDIT_CUSTOMERS,
    EXPLAIN_ACCESS,
    PURGE_CUSTOMERS,
    READ_CUSTOMERS,
    SHARE_CUSTOMERS,
)
from services.customers.roles.model import StaffRole
from services.customers.staff.model import StaffUser
from services.customers.units.model import OrgUnit
from tests.customers.office import person_with, role_granting

EXPLAIN = """query($p: ID!, $r: ID!, $a: RecordAction!) {
    customersAccessExplanation(principalId: $p, recordId: $r, action: $a)
    { allowed steps { permission role scope ground principalId why } } }"""
NEEDED = {
    "VIEW": READ_CUSTOMERS,
    "EDIT": EDIT_CUSTOMERS,
    "ARCHIVE": EDIT_CUSTOMERS,
    "PURGE": PURGE_CUSTOMERS,
    "SHARE": SHARE_CUSTOMERS,
}
SHARED_AS = {"VIEW": "VIEW", "EDIT": "EDIT", "ARCHIVE": "DELETE", "PURGE": "DELETE"} | {
    "SHARE": "SHARE"
}
DOORS = {
    "EDIT": 'updateCustomer(id: $i, dryRun: true, input: {tier: "A"})',
    "ARCHIVE": "archiveCustomer(id: $i, dryRun: true)",
    "PURGE": "purgeCustomer(id: $i, dryRun: true)",
    "SHARE": "openCustomerShareDraft(id: $i, dryRun: true)",
}
CHANCE = random.Random(7)
TRIPLES = 1000


@dataclass
class Person:
    """What the words know of somebody: grants as they were given, teams, the place in the tree."""

    id: str
    grants: Mapping[str, Scope]
    teams: list[str]
    unit: str


@dataclass
class World:
    """People, units within each other, and customers that are owned, shared, or neither."""

    people: list[Person] = field(default_factory=list)
    above: dict[str, str | None] = field(default_factory=dict)
    customers: list[Customer] = field(default_factory=list)
    shares: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def is_below(self, unit, top):
        return unit is not None and (unit == top or self.is_below(self.above[unit], top))

    def reached(self, person, customer, permission, shared_as):
        """Say by the words of the guide whether one permission reaches one record."""
        scope = person.grants[permission]
        owner = next((it for it in self.people if it.id == customer.owner_id), None)
        theirs = {person.id, *person.teams}
        return bool(
            scope is Scope.ALL
            or customer.owner_id == person.id
            or (scope in (Scope.TEAM, Scope.UNIT) and customer.team_id in person.teams)
            or (
                scope is Scope.UNIT
                and owner is not None
                and self.is_below(owner.unit, person.unit)
            )
            or any(shared_as in self.shares.get((customer.id, it), ()) for it in theirs)
        )

    def allows(self, person, customer, action):
        needed = NEEDED[action]
        if needed not in person.grants:
            return False
        can_read = READ_CUSTOMERS not in person.grants or self.reached(
            person, customer, READ_CUSTOMERS, "VIEW"
        )
        return can_read and self.reached(person, customer, needed, SHARED_AS[action])


async def by_chance(office):
    """Make a world: what each may do, and whose a record is, is left to chance."""
    world = World()
    teams = [f"tea_{it}" for it in range(4)]
    async with office.works.begin(Actor.system(office.tenant, "customers")) as work:
        for it in range(5):
            unit = work.add(
                OrgUnit, name=f"Unit {it}", parent_id=CHANCE.choice([*world.above, None])
            )
            world.above[unit.id] = unit.parent_id
            await work.flush()
        for it in range(14):
            given = {p for p in NEEDED.values() if CHANCE.random() < 0.85}
            grants = {str(p): CHANCE.choice([*Scope, Scope.OWN]) for p in given}
            names = {p: scope.name for p, scope in grants.items()}
            role = work.add(StaffRole, name=f"Role {it}", grants=names)
            place, of = (
                CHANCE.choice(list(world.above)),
                CHANCE.sample(teams, CHANCE.choice([0, 1, 2])),
            )
            staff = work.add(
                StaffUser,
                name=f"{it}",
                email=f"{it}@acme.example",
                roles=[],
                role_ids=[role.id],
                unit_id=place,
                team_ids=of,
            )
            world.people.append(Person(staff.id, grants, of, place))
        people = [it.id for it in world.people]
        for it in range(40):
            owned = {
                "owner_id": CHANCE.choice([*people, None]),
                "team_id": CHANCE.choice([*teams, None]),
            }
            made = work.add(Customer, name=f"{it:02}", **owned)
            await work.flush()
            work.add(PartyRole, customer_id=made.id, role=PartyRoleKind.PARTNER)
            world.customers.append(made)
            for to in CHANCE.sample([*people, *teams], CHANCE.choice([0, 1, 3])):
                acts = frozenset(CHANCE.sample(list(SharePermission), CHANCE.choice([1, 2])))
                kept = {"given_by_id": "usr_0", "given_at": utc_now()}
                share = RecordShare(
                    tenant=office.tenant, record_id=made.id, principal_id=to, **kept
                )
                share.allow(acts)
                work.session.add(share)
                world.shares[made.id, to] = {"VIEW", *(act.name for act in acts)}
    return world


async def let_in(office, person, customer, action):
    """Knock at the very door of an action; a dry run goes in as far, and keeps nothing."""
    if action == "VIEW":
        answer = await office.answer(
            "query($i: ID!) { customer(id: $i) { id } }", person, i=customer
        )
        return bool(answer["data"]["customer"])
    document = f"mutation($i: ID!) {{ done: {DOORS[action]} {{ userErrors {{ code }} }} }}"
    done = (await office.ask(document, person, i=customer))["done"]
    return not {it["code"] for it in done["userErrors"]} & {"FORBIDDEN", "NOT_FOUND"}


async def explained(office, person, record, action, asker=None):
    found = await office.ask(EXPLAIN, asker, p=person, r=record, a=action)
    return found["customersAccessExplanation"]


async def test_a_thousand_explanations_are_the_decisions_of_the_doors_and_of_the_words(office):
    world = await by_chance(office)
    decisions = {True: 0, False: 0}
    grounds = set()
    for _ in range(TRIPLES):
        person, customer = CHANCE.choice(world.people), CHANCE.choice(world.customers)
        action = CHANCE.choice(list(NEEDED))
        expected = world.allows(person, customer, action)
        told = await explained(office, person.id, customer.id, action)
        assert told["allowed"] is expected, (person, customer.name, action, told)
        assert await let_in(office, person.id, customer.id, action) is expected
        assert told["allowed"] is all(it["ground"] for it in told["steps"])
        assert NEEDED[action] in [it["permission"] for it in told["steps"]]
        grounds |= {it["ground"] for it in told["steps"]}
        decisions[expected] += 1
    assert min(decisions.values()) > TRIPLES // 10
    assert grounds == {"ALL", "OWNER", "TEAM", "UNIT", "SHARE", None}


async def test_lists_are_the_filter_of_single_decisions(office):
    """Customers, their parts, and what `viewerCan` says of each."""
    world = await by_chance(office)
    document = """{
        customers(first: 100) { nodes { id viewerCan may: viewerCan(actions: [EDIT]) } }
        customerGroups { nodes { count } } byPart: customers(
        first: 100, where: {partyRoles: {count: {gte: 1}}}) { nodes { id } } }"""
    for person in world.people:
        answer = await office.answer(document, person.id)
        if READ_CUSTOMERS not in person.grants:
            assert answer["data"]["customers"] is None
            continue
        seen = {it["id"]: it for it in answer["data"]["customers"]["nodes"]}
        assert seen.keys() == {c.id for c in world.customers if world.allows(person, c, "VIEW")}
        assert seen.keys() == {it["id"] for it in answer["data"]["byPart"]["nodes"]}
        counted = sum(it["count"] for it in answer["data"]["customerGroups"]["nodes"])
        assert counted == len(seen)
        for it in world.customers:
            if it.id in seen:
                can = [action for action in NEEDED if world.allows(person, it, action)]
                assert seen[it.id]["viewerCan"] == can
                assert seen[it.id]["may"] == [action for action in can if action == "EDIT"]


@pytest.fixture
async def clerk(office):
    """Somebody who reads all, and edits what is their own."""
    role = await role_granting(office, own=[EDIT_CUSTOMERS], all=[READ_CUSTOMERS])
    return role, await person_with(office, role)


async def test_an_explanation_names_the_role_the_scope_and_whose_share_it_is(office, clerk):
    role, person = clerk
    id = await office.customer()
    told = await explained(office, person, id, "EDIT")
    read, edit = told["steps"]
    assert read == {
        "permission": READ_CUSTOMERS,
        "role": role,
        "scope": "ALL",
        "ground": "ALL",
        "principalId": None,
        "why": "it is granted for all that there is",
    }
    assert (edit["role"], edit["scope"], edit["ground"]) == (role, "OWN", None)
    assert "neither that nor a share reaches this record" in edit["why"]
    given = {"principalIds": [person], "permissions": ["EDIT"]}
    await office.act("shareCustomer", "customer", "id", id, **given)
    edit = (await explained(office, person, id, "EDIT"))["steps"][1]
    assert (edit["ground"], edit["principalId"]) == ("SHARE", person)
    (purge,) = (await explained(office, person, id, "PURGE"))["steps"]
    assert (purge["role"], purge["why"]) == (None, "no role of theirs grants it")


async def test_a_part_is_explained_by_its_whole_and_what_has_no_owner_by_its_permission(office):
    role = await role_granting(office, own=[READ_CUSTOMERS], all=["customers:staff:read"])
    person = await person_with(office, role)
    id = await office.customer(ownerId=person)
    done = await office.assign(id, "PARTNER")
    document = "query($i: ID!) { customer(id: $i) { partyRoles { nodes { id } } } }"
    assert done["userErrors"] == []
    (part,) = (await office.ask(document, i=id))["customer"]["partyRoles"]["nodes"]
    (step,) = (await explained(office, person, part["id"], "VIEW"))["steps"]
    assert (step["ground"], step["principalId"]) == ("OWNER", person)
    assert await explained(office, person, part["id"], "PURGE") == {"allowed": False, "steps": []}
    (step,) = (await explained(office, person, person, "VIEW"))["steps"]
    assert (step["permission"], step["ground"]) == ("customers:staff:read", "ALL")


async def test_everybody_may_ask_of_themselves_and_of_others_who_may(office, clerk):
    _role, person = clerk
    id = await office.customer()
    assert (await explained(office, person, id, "VIEW", person))["allowed"]
    given = {"p": office.person, "r": id, "a": "VIEW"}
    (error,) = (await office.answer(EXPLAIN, person, **given))["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    wide = await role_granting(office, "Explainer", all=[EXPLAIN_ACCESS])
    nosy = await person_with(office, wide)
    (error,) = (await office.answer(EXPLAIN, nosy, **given))["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"


async def test_what_one_does_not_see_or_is_not_there_is_not_explained(office, rival):
    role = await role_granting(office, own=[READ_CUSTOMERS])
    person = await person_with(office, role)
    theirs = await office.customer()
    for id in (theirs, "cus_nowhere", "xxx_1", "", await rival.customer()):
        assert await explained(office, person, id, "VIEW", person) is None
    gone = await office.employ(is_active=False)
    for who in (gone, "usr_nobody", "", "a\0b"):
        assert not (await explained(office, who, theirs, "VIEW"))["allowed"]


async def test_what_has_a_rule_of_its_own_is_refused_by_name(office):
    given = {"p": office.person, "r": "job_00000000000000000000000001", "a": "VIEW"}
    (error,) = (await office.answer(EXPLAIN, **given))["errors"]
    assert error["extensions"]["code"] == "INVALID"
