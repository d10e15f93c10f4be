"""No door of any service gives a record that the scope hides: each is tried with all hidden."""

from dataclasses import replace

import pytest
from sqlalchemy import false, inspect, true

from services.chassis.files import File
from services.chassis.graph.shapes import Many, Reference, shape_of
from services.chassis.jobs import Job
from services.chassis.reading import Reading
from tests.contracts import deeds
from tests.reading.doors import guests_of, ids_of
from tests.reading.scoping import see
from tests.support.sowing import id_of, records_of
from tests.toy.model import Ship

OWN_RULES = (Ship, File, Job)
"""Who say themselves what is seen: ships as the toy will, files and jobs by who asked."""


@pytest.fixture
def hiding(monkeypatch):
    """Hide everything, or one record type, where it is said what is seen; parts follow."""

    def hide(only=None):
        def everything(cls, _actor):
            return None if cls.__part_of__ else false()

        def one(cls, _actor):
            return false() if inspect(cls).mapper.class_ is only else None

        see(monkeypatch, one if only else everything, *OWN_RULES)

    return hide


async def given(visitor):
    """Give how many records came out of each door."""
    found = {}
    for name, _shape in visitor.lists():
        data = (await visitor.ask(f"{{ {name} {{ nodes {{ id }} count {{ value }} }} }}"))[name]
        found[name] = len(data["nodes"]) + data["count"]["value"]
        alone = await visitor.ask(f"{{ {name} {{ count(mode: EXACT) {{ value }} }} }}")
        found[f"{name} counted"] = alone[name]["count"]["value"]
    for name, _shape in visitor.groups():
        asked = f"{{ {name} {{ nodes {{ count records {{ nodes {{ id }} }} }} }} }}"
        groups = (await visitor.ask(asked))[name]["nodes"]
        found[name] = sum(it["count"] + len(it["records"]["nodes"]) for it in groups)
    for name, shape, arguments in visitor.ones():
        of = f'(id: "{id_of(shape.entity, 1)}")' if arguments else ""
        found[name] = len(
            [it for it in (await visitor.ask(f"{{ {name}{of} {{ id }} }}")).values() if it]
        )
    for shape in visitor.records():
        document, variables = visitor.entities(shape.name, ids_of(shape, range(1, 10)), "id")
        entities = (await visitor.ask(document, **variables))["_entities"]
        found[f"{shape.name} by key"] = len([it for it in entities if it])
    for shape, relation in visitor.relations():
        found |= await of_relation(visitor, shape, relation)
    return found


async def of_relation(visitor, shape, relation):
    """Give how many came by a relation of a record of another service, which hides nothing."""
    if shape.reading is not None:
        return {}
    asked = f"{relation.public} {{ nodes {{ id }} count {{ value }} }}"
    document, variables = visitor.entities(shape.name, ids_of(shape, [1]), asked)
    (entity,) = (await visitor.ask(document, **variables))["_entities"]
    page = entity[relation.public]
    return {f"{shape.name}.{relation.public}": len(page["nodes"]) + page["count"]["value"]}


async def test_every_door_gives_nothing_where_everything_is_hidden(visitor, hiding):
    before = await given(visitor)
    assert [door for door, number in before.items() if not number] == []
    hiding()
    assert {door: number for door, number in (await given(visitor)).items() if number} == {}


async def test_a_filter_over_a_relation_sees_what_is_seen(visitor, hiding, monkeypatch):
    """Hidden records are to a filter as if they were not: none is so, and there are none."""
    lists = {shape.name: name for name, shape in visitor.lists()}
    for shape, it, target in relations(visitor):
        if shape.name not in lists:
            continue
        some = [f"{it}: {how}" for how in ways(shape.fields[it])]
        asked = [
            f"{{ {lists[shape.name]}(where: {{{how}}}) {{ nodes {{ id }} }} }}" for how in some
        ]
        assert all([(await visitor.ask(each))[lists[shape.name]]["nodes"] for each in asked]), it
        hiding(target.entity)
        for each in asked:
            assert not (await visitor.ask(each))[lists[shape.name]]["nodes"], each
        monkeypatch.undo()


async def test_no_deed_touches_what_is_hidden_or_tells_it_from_what_is_not_there(
    visitor, hiding, monkeypatch
):
    hiding()
    everything = visitor.me.permissions | guests_of(visitor.service)
    monkeypatch.setattr(visitor, "me", replace(visitor.me, permissions=everything))
    tried = 0
    for name, deed in deeds.deeds_of(visitor.answerer.schema.as_str()).items():
        shape = visitor.answered_by(name)
        if "id" in deed.args and shape is not None:
            tried += 1
            given = deeds.sampled(deed) | {"id": id_of(shape.entity, 1)}
            done = (await visitor.ask(deeds.document_of(name, deed), **given))["done"]
            assert [it["code"] for it in done["userErrors"]] == ["NOT_FOUND"], name
    assert tried
    assert await visitor.told() == []


async def test_a_door_that_forgets_to_ask_is_named(visitors, hiding, monkeypatch):
    hiding()
    monkeypatch.setattr(Reading, "visible_to", lambda _reading, _actor: true())
    found = await given(visitors["sales"])
    assert {"orders", "order", "orders counted", "Order by key", "Customer.orders"} <= {
        door for door, number in found.items() if number
    }


def test_every_record_type_is_read_through_its_reading(visitor):
    """A table of records without one would be a door that nobody watches."""
    assert {it.entity for it in visitor.records()} == set(records_of(visitor.service))


def relations(visitor):
    """Give each relation to records of the service itself: whose it is, its name, to what."""
    for shape in visitor.records():
        for name, it in shape.fields.items():
            target = getattr(it, "target", None)
            if isinstance(it, (Many, Reference)) and target and shape_of(target) is not shape:
                yield shape, name, shape_of(target)


def ways(relation):
    return ["{some: {}}", "{count: {gte: 1}}"] if isinstance(relation, Many) else ["{}"]
