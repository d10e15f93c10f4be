"""Who knocks at the doors of a service, and what each may find there, reckoned from the rows."""

from dataclasses import dataclass, field, replace
from typing import Any

from services.chassis.actor import Actor, ActorKind, Portal
from services.chassis.database import Entity
from services.chassis.graph.shapes import shape_of
from services.chassis.ids import new_id
from services.chassis.permissions import Scope, resource_of
from tests.contracts import deeds
from tests.reading.doors import guests_of, permissions_of
from tests.support.sowing import Sower, id_of

ME, MINE, OTHERS = f"usr_{2:026}", f"tea_{2:026}", (f"usr_{3:026}", f"usr_{4:026}")
"""Who knocks, of which team, and who works in the same unit."""
SHARED = (10, 11, 12)
"""The rows of each table that are shared with somebody, to be seen and no more."""
PAGE = 100


def has_own_rule(entity):
    """Say whether a record type says itself what is seen of it: files and jobs, by who asked."""
    said: Any = entity.visible_to
    usual: Any = Entity.visible_to
    return said.__func__ is not usual.__func__


def prefix_of(service):
    head, *rest = service.split("_")
    return head + "".join(it.capitalize() for it in rest)


def bare(name, prefix):
    """Take the service's name off a field that each service has for itself."""
    found = name.removeprefix(prefix)
    return found[:1].lower() + found[1:] if found != name else name


@dataclass
class Known:
    """The rows of all tables of records by their ids, with who answers for each."""

    rows: dict[Any, dict[str, Any]]
    shared: dict[Any, set[str]] = field(default_factory=dict)

    def whole(self, entity, id):
        """Give the row that says who answers for a record: its own, or that of its whole."""
        row = self.rows[entity][id]
        while entity.__part_of__ is not None:
            key, entity = entity.__part_of__
            row = self.rows[entity].get(getattr(row, key))
            if row is None:
                return entity, None
        return entity, row


async def known(visitor, admin_url):
    """Read what there is, and share some records of each table where single ones can be."""
    rows = {}
    for shape in visitor.records():
        found = await visitor.rows(f"SELECT * FROM {shape.entity.__tablename__}")
        rows[shape.entity] = {it.id: it for it in found}
    made = Known(rows)
    guest = PERSONAS["shared"]
    sower = Sower(admin_url, visitor.engine.url.database, visitor.service)
    for entity in rows:
        if entity.__shared__:
            made.shared[entity] = {id_of(entity, it) for it in SHARED}
    if made.shared and not await visitor.counted("record_share"):
        actor = replace(visitor.me, id=guest.id)
        await sower.share(actor, [id for ids in made.shared.values() for id in ids])
    return made


@dataclass(frozen=True)
class Persona:
    """Somebody, and how far all of their permissions reach."""

    name: str
    scope: Scope | None
    id: str = ME
    is_stranger: bool = False
    is_guest: bool = False

    def actor(self, visitor):
        if self.name == "anonymous":
            return Actor(visitor.tenant, "", ActorKind.ANONYMOUS)
        tenant = new_id("elsewhere") if self.is_stranger else visitor.tenant
        held = permissions_of(visitor.service) if self.scope is not None else frozenset()
        scopes = {} if self.scope in (None, Scope.ALL) else dict.fromkeys(held, self.scope)
        return Actor(
            *(tenant, self.id, ActorKind.USER, held, scopes),
            teams=(MINE,) if self.scope in (Scope.TEAM, Scope.UNIT) else (),
            colleagues=(ME, *OTHERS) if self.scope is Scope.UNIT else (),
            is_shared_with=self.is_guest,
        )

    @property
    def may(self):
        return self.scope is not None

    def reaches(self, known, entity, id):
        """Say whether somebody who may read finds a record; of a part, its whole says it."""
        if self.is_stranger or not self.may:
            return False
        whole, row = known.whole(entity, id)
        if row is None:
            return False
        if self.scope is Scope.ALL or not whole.__scoped__:
            return True
        return self.answers(row) or (self.is_guest and row.id in known.shared.get(whole, ()))

    def answers(self, row):
        """Say whether they, their team, or their unit answer for a row."""
        owners = {self.id, *(OTHERS if self.scope is Scope.UNIT else ())}
        by_team = self.scope in (Scope.TEAM, Scope.UNIT) and row.team_id == MINE
        return row.owner_id in owners or by_team

    def sees(self, known, shape):
        """Give the ids of all records of a type that they find one by one."""
        rows = known.rows[shape.entity]
        return {id for id in rows if self.reaches(known, shape.entity, id)}

    def lists(self, known, shape):
        """Give the ids that a list holds, without what is archived; None where it is refused."""
        if not self.may:
            return None
        rows = known.rows[shape.entity]
        return {it for it in self.sees(known, shape) if rows[it].archived_at is None}

    def related(self, known, shape, relation, target, parents):
        """Give the ids that a relation of some records holds, by each of those that they find."""
        held = {}
        for id in parents:
            if shape.reading is not None and id not in self.sees(known, shape):
                continue
            rows = known.rows[target.entity].values()
            of = {it.id for it in rows if getattr(it, relation.foreign_key) == id}
            held[id] = of & (self.lists(known, target) or set())
        return held

    def refused(self, known, shape, permission, id):
        """Say as what a deed on a record is refused; None where no scope stands in its way."""
        if not self.may or permission in GUESTS_OWN:
            return "FORBIDDEN"
        if not self.reaches(known, shape.entity, id):
            return "NOT_FOUND"
        whole, row = known.whole(shape.entity, id)
        is_about = resource_of(permission) in {
            whole.__tablename__,
            resource_of(whole.__read_by__),
        }
        if self.is_guest and is_about and whole.__scoped__ and not self.answers(row):
            return "FORBIDDEN"
        return None


GUESTS_OWN = {"customers:own_contact:edit"}
"""What no role grants: what guests of the portal may do, each with what is their own."""
PARTY = 1
"""The number of the customer whose guest knocks; many rows of each table are of it."""
SHOWN = {
    "customer": lambda row, party: row.id == party,
    "contact": lambda row, party: row.customer_id == party,
    "interaction": lambda row, party: row.customer_id == party,
    "sales_order": lambda row, party: row.customer_id == party and row.status != "DRAFT",
    "product": lambda _row, _party: True,
    "service_case": lambda row, party: row.customer_id == party,
}
"""Which rows of which tables the portal shows; those of parts as those of their wholes."""
SHOWN_PARTS = {"order_line"}
SHOWN_RELATIONS = {("Customer", "contacts"), ("Customer", "interactions"), ("Order", "lines")}


@dataclass(frozen=True)
class Guest(Persona):
    """Somebody of a customer, who comes in by the portal."""

    def actor(self, visitor):
        held = guests_of(visitor.service)
        portal = Portal(party_of(visitor.service), f"con_{PARTY:026}")
        return Actor(visitor.tenant, self.id, ActorKind.PORTAL, held, portal=portal)

    def shows(self, entity):
        return entity.__tablename__ in SHOWN.keys() | SHOWN_PARTS

    def reaches(self, known, entity, id):
        if not self.shows(entity):
            return False
        whole, row = known.whole(entity, id)
        party = party_of(entity.__module__.split(".")[1])
        return bool(row) and SHOWN[whole.__tablename__](row, party) and self.is_live(whole, row)

    def is_live(self, entity, row):
        """Say whether it is in use; what we sell was sold even where it is sold no more."""
        return row.archived_at is None or entity.__tablename__ == "product"

    def lists(self, known, shape):
        if not self.shows(shape.entity):
            return None
        rows = known.rows[shape.entity]
        return {it for it in self.sees(known, shape) if rows[it].archived_at is None}

    def related(self, known, shape, relation, target, parents):
        if (shape.name, relation.public) not in SHOWN_RELATIONS:
            return {}
        return super().related(known, shape, relation, target, parents)

    def refused(self, known, shape, permission, id):
        if permission not in GUESTS_OWN:
            return "FORBIDDEN"
        if not self.reaches(known, shape.entity, id):
            return "NOT_FOUND"
        return None if id == f"con_{PARTY:026}" else "FORBIDDEN"


def party_of(service):
    """Give the id of the customer: where it is another service's record, it is of no type."""
    return f"{'cus' if service == 'customers' else 'ref'}_{PARTY:026}"


PERSONAS = {
    it.name: it
    for it in (
        Persona("anonymous", None),
        Persona("other tenant", Scope.ALL, is_stranger=True),
        Persona("without", None),
        Persona("with", Scope.ALL),
        Persona("owner", Scope.OWN),
        Persona("team", Scope.TEAM),
        Persona("subtree", Scope.UNIT),
        Persona("shared", Scope.OWN, id=f"usr_{5:026}", is_guest=True),
        Guest("portal", None, id=f"pid_{1:026}"),
    )
}


def samples(known, persona, shape):
    """Give some ids of what somebody finds, of what is shared, and of what they do not find."""
    seen = persona.sees(known, shape)
    ids = sorted(known.rows[shape.entity])
    found = [it for it in ids if it in seen][:2]
    hidden = [it for it in ids if it not in seen][:2]
    return [*found, *hidden, *sorted(known.shared.get(shape.entity, ()))[:1]]


async def answered(visitor, persona, document, **variables):
    """Ask as somebody; give the data, and the codes of what was refused."""
    answer = await visitor.answer(document, persona.actor(visitor), **variables)
    codes = {it["extensions"]["code"] for it in answer.get("errors", ())}
    assert codes <= {"FORBIDDEN", "UNAUTHENTICATED"}, answer
    return answer["data"] or {}


async def listed(visitor, persona, name):
    """Give the ids of all pages of a list, as many as it counts; None where it is refused."""
    ids, after = [], None
    while True:
        data = await answered(
            visitor,
            persona,
            f"query($a: String) {{ found: {name}(first: {PAGE}, after: $a) {{ nodes {{ id }}"
            " count(mode: EXACT) { value } pageInfo { hasNextPage endCursor } } }",
            a=after,
        )
        if (found := data.get("found")) is None:
            return None
        ids += [it["id"] for it in found["nodes"]]
        if not found["pageInfo"]["hasNextPage"]:
            assert len(ids) == len(set(ids)) == found["count"]["value"], name
            return set(ids)
        after = found["pageInfo"]["endCursor"]


async def grouped(visitor, persona, name):
    """Give how many records the one group of all has; None where it is refused."""
    data = await answered(visitor, persona, f"{{ found: {name} {{ nodes {{ count }} }} }}")
    found = data.get("found")
    return None if found is None else sum(it["count"] for it in found["nodes"])


async def by_key(visitor, persona, shape, ids):
    document, variables = visitor.entities(shape.name, ids, "id")
    data = await answered(visitor, persona, document, **variables)
    return {it["id"] for it in data.get("_entities") or () if it}


async def by_id(visitor, persona, name, id):
    data = await answered(
        visitor, persona, f"query($i: ID!) {{ found: {name}(id: $i) {{ id }} }}", i=id
    )
    return data.get("found") == {"id": id}


def relations(visitor):
    """Give each relation to many records of the service: whose it is, what it is, to what."""
    for shape, relation in visitor.relations():
        target = shape_of(relation.target)
        if shape.reading is not None and not has_own_rule(target.entity):
            yield shape, relation, target


async def related(visitor, persona, shape, relation, parents):
    asked = f"id {relation.public}(first: {PAGE}) {{ nodes {{ id }} }}"
    document, variables = visitor.entities(shape.name, parents, asked)
    data = await answered(visitor, persona, document, **variables)
    return {
        it["id"]: {node["id"] for node in it[relation.public]["nodes"]}
        for it in data.get("_entities") or ()
        if it and it[relation.public]
    }


ASKS_AFRESH = {"confirmOrder"}
"""Deeds that ask another service first: tests/sales/test_confirming.py."""


def shape_of_deed(visitor, deed):
    """Give the type of the record that a deed answers with, where it is about a record alone."""
    if deed in ASKS_AFRESH:
        return None
    return visitor.answered_by(deed)


def shared_doors(visitor):
    """Give the root fields about single records that can be shared, by their type."""
    return {
        it.name: {f"{it.name[0].lower()}{it.name[1:]}{tail}" for tail in ("Shares", "ShareDraft")}
        | {name for name in visitor.schema.query_type.fields if name.endswith("SharedWithMe")}
        for it in visitor.records()
        if it.entity.__shared__
    }


async def refused(visitor, persona, name, deed, id):
    """Rehearse a deed, and say as what it is refused before anything of it is looked at."""
    given = deeds.sampled(deed) | {"id": id}
    if "dryRun" in deed.args:
        given["dryRun"] = True
    document = deeds.document_of(name, deed).replace("{ code }", "{ code path }")
    answer = await visitor.answer(document, persona.actor(visitor), **given)
    if "errors" in answer:
        (code,) = {it["extensions"]["code"] for it in answer["errors"]}
        assert code in ("FORBIDDEN", "UNAUTHENTICATED"), answer
        return "FORBIDDEN"
    told = answer["data"]["done"]["userErrors"]
    codes = {it["code"] for it in told if it["path"] in ([], ["id"])}  # not of what it refers to
    return next((it for it in ("FORBIDDEN", "NOT_FOUND") if it in codes), None)
