"""The authorization matrix: every door of every service, tried by everybody there can be.

What each sees is reckoned from the rows alone, in `matrix.py`, and not by the words that the
chassis has for it. A door that stands in no kind of doors here fails.
"""

import pytest
from sqlalchemy import true

from services.chassis.reading import Reading
from tests.contracts import deeds
from tests.reading import matrix
from tests.reading.doors import SERVICES, guests_of
from tests.reading.matrix import PERSONAS
from tests.support.sowing import id_of

ELSEWHERE = {
    "_entities": "asked below by key",
    "_service": "the schema, which everybody may read",
    "eventsSince": "tests/customers/test_feed.py",
    "sessions": "one's own: tests/customers/test_sessions.py",
    "staffUserResponsibilities": "tests/customers/test_leaving.py",
    "viewer": "oneself: tests/customers/test_portal.py",
    "reportingLine": "tests/customers/test_positions.py",
    "myCustomers": "tests/customers/test_sharing.py",
    "recordTypes": "of what one may: tests/kit/test_record_types.py",
    "accessExplanation": "tests/customers/test_explaining.py",
    "auditLog": "by a permission of its own: tests/system/test_policies.py",
    "events": "tests/kit and tests/sales/test_dead_letters.py",
    "eventsBackfill": "tests/customers/test_feed.py",
    "filePart": "tests/kit/test_files.py",
    "file": "by who asked for it: tests/kit/test_files.py",
    "job": "by who asked for it: tests/kit/test_jobs.py",
    "jobs": "by who asked for it: tests/kit/test_jobs.py",
    "jobGroups": "by who asked for it: tests/kit/test_jobs.py",
}
"""Doors that give no records, or each only one's own, and where they are tried."""


@pytest.fixture(params=SERVICES)
def visitor(visitors, request):
    return visitors[request.param]


@pytest.fixture(params=PERSONAS)
def persona(request):
    return PERSONAS[request.param]


@pytest.fixture
async def known(visitor, admin_url):
    """What is in the tables, and what is shared with whom."""
    return await matrix.known(visitor, admin_url)


def test_every_door_is_in_the_matrix(visitor):
    tried = {it for it, _ in visitor.lists()} | {it for it, _ in visitor.groups()}
    tried |= {it for it, _, _ in visitor.ones()}
    tried |= {name for kinds in matrix.shared_doors(visitor).values() for name in kinds}
    prefix = matrix.prefix_of(visitor.service)
    elsewhere = {
        it for it in visitor.schema.query_type.fields if matrix.bare(it, prefix) in ELSEWHERE
    }
    assert visitor.schema.query_type.fields.keys() - tried - elsewhere == set()
    subscribed = visitor.schema.subscription_type
    assert set(subscribed.fields if subscribed else ()) <= {"events"}


async def test_lists_counts_and_groups_hold_what_one_reaches(visitor, persona, known):
    for name, shape in visitor.lists():
        if matrix.has_own_rule(shape.entity):
            continue
        found = await matrix.listed(visitor, persona, name)
        assert found == persona.lists(known, shape), name
    for name, shape in visitor.groups():
        if matrix.has_own_rule(shape.entity):
            continue
        wanted = persona.lists(known, shape)
        found = await matrix.grouped(visitor, persona, name)
        assert found == (None if wanted is None else len(wanted)), name


async def test_by_key_and_by_id_one_gets_what_one_reaches(visitor, persona, known):
    for shape in visitor.records():
        if matrix.has_own_rule(shape.entity):
            continue
        ids = sorted(known.rows[shape.entity])
        wanted = persona.sees(known, shape)
        assert await matrix.by_key(visitor, persona, shape, ids) == wanted, shape.name
    for name, shape, arguments in visitor.ones():
        if matrix.has_own_rule(shape.entity) or not arguments:
            continue
        for id in matrix.samples(known, persona, shape):
            found = await matrix.by_id(visitor, persona, name, id)
            assert found == (id in persona.sees(known, shape)), (name, id)


async def test_relations_hold_what_one_reaches_of_the_other_side(visitor, persona, known):
    for shape, relation, target in matrix.relations(visitor):
        parents = [id_of(shape.entity, it) for it in (1, 2, 3)]
        wanted = persona.related(known, shape, relation, target, parents)
        assert await matrix.related(visitor, persona, shape, relation, parents) == wanted, (
            shape.name,
            relation.public,
        )


async def test_deeds_touch_what_one_reaches_and_nothing_else(visitor, persona, known):
    before = await visitor.counts()
    tried = 0
    for name, deed in deeds.deeds_of(visitor.answerer.schema.as_str()).items():
        shape = matrix.shape_of_deed(visitor, name)
        if shape is None or matrix.has_own_rule(shape.entity) or "id" not in deed.args:
            continue
        (permission, *_) = deeds.permissions_of(deed)
        for id in matrix.samples(known, persona, shape):
            tried += 1
            wanted = persona.refused(known, shape, permission, id)
            found = await matrix.refused(visitor, persona, name, deed, id)
            assert found == wanted, (name, id)
    assert tried
    assert await visitor.counts() == before


def test_what_the_portal_shows_is_in_the_matrix(visitor):
    shown = {it.entity.__tablename__ for it in visitor.records() if it.entity.__portal__}
    tables = {it.entity.__tablename__ for it in visitor.records()}
    assert shown == (matrix.SHOWN.keys() | matrix.SHOWN_PARTS) & tables
    related = {(shape.name, it.public) for shape, it, _ in matrix.relations(visitor) if it.portal}
    assert related == {it for it in matrix.SHOWN_RELATIONS if it[0] in visitor.shapes} & {
        (shape.name, it.public) for shape, it, _ in matrix.relations(visitor)
    }


async def test_a_guest_of_the_portal_does_what_is_named_for_guests_and_nothing_else(visitor):
    before, guest = await visitor.counts(), PERSONAS["portal"]
    for name, deed in deeds.deeds_of(visitor.answerer.schema.as_str()).items():
        (permission, *_) = deeds.permissions_of(deed) or [None]
        if permission is None or permission in guests_of(visitor.service) or name == "actAs":
            continue  # nobody but staff acts as another: tests/customers/test_acting.py
        asked = deeds.document_of(name, deed), guest.actor(visitor)
        answer = await visitor.answer(*asked, **deeds.sampled(deed))
        done = (answer["data"] or {}).get("done") or {"userErrors": []}
        rows = [error for row in done.get("results", ()) for error in row["userErrors"]]
        told = [*answer.get("errors", ()), *done["userErrors"], *rows]
        found = {it.get("code") or it["extensions"]["code"] for it in told}
        assert found == {"FORBIDDEN"}, (name, answer)
    assert await visitor.counts() == before


async def test_a_door_that_gives_too_much_is_seen(visitors, admin_url, monkeypatch):
    visitor, owner = visitors["sales"], PERSONAS["owner"]
    known = await matrix.known(visitor, admin_url)
    monkeypatch.setattr(Reading, "visible_to", lambda _reading, _actor: true())
    shape = visitor.shapes["Order"]
    assert await matrix.listed(visitor, owner, "orders") > owner.lists(known, shape)
    ids = sorted(known.rows[shape.entity])
    assert await matrix.by_key(visitor, owner, shape, ids) > owner.sees(known, shape)
