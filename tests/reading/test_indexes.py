"""What a record type declares that its lists are asked for, an index serves, of many rows.

`make prove PROOF=indexes` asks it of more.
"""

import asyncio
import os
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import pytest
from pydantic.alias_generators import to_camel

from services.chassis.graph.shapes import shape_of
from services.chassis.graph.sorting import sort_name
from services.chassis.ids import new_id
from services.chassis.permissions import Scope
from tests.reading.doors import SERVICES, Visitor, ids_of
from tests.reading.explaining import Listing, explained
from tests.reading.scoping import see
from tests.support.databases import connected, migrated_database
from tests.support.sowing import Sower, most_of

ROWS, OF_OTHERS = int(os.environ.get("ROWS", "20000")), 2_000
BOUND = 300
"""Pages of 8 kB that a page of 25 records may touch, whichever page it is."""
PARENTS = 25
SHARES, LOOKED_UP = 50, 5
"""So many records are shared with one, and so many pages it takes to look one up."""


@pytest.fixture
def large(admin_url, tmp_path_factory):
    """Make a database of a service's own, in which there will be much."""
    return partial(migrated_database, admin_url, tmp_path_factory.mktemp("keys"))


@asynccontextmanager
async def sown(admin_url, database, service):
    """Fill it, and visit it."""
    sower, tenant = Sower(admin_url, database.name, service), new_id("company")
    await sower.sow(tenant, ROWS, anew=True)
    await sower.sow(new_id("company"), OF_OTHERS)
    await sower.settle()
    async with connected(database) as engine:
        yield Visitor(service, engine, tenant)


def declared(visitor):
    """Give every list that is declared: each sort, each pair, the trash, what one answers for."""
    for field, shape in visitor.lists():
        if most_of(shape.entity):
            continue  # no list of a few records wants an index
        it = Listing(shape, field)
        sorts = [replace(it, sort=sort) for sort in shape.reading.sorts]
        pairs = [replace(it, filters=pair, sort=sort) for *pair, sort in shape.reading.lists]
        yield from (*both_ways(it, *sorts), *pairs)
        yield replace(it, where={"archived": "ONLY"})
        if shape.entity.__part_of__ is None:
            yield from (replace(it, filters=(name,)) for name in ("owner_id", "team_id"))
        yield from searches(it)


def searches(it):
    """Give the texts that are found by their beginning or any part, be there such or none."""
    for name in it.shape.entity.__searched__:
        for how in ({"contains": "e1f0"}, {"contains": "A"}, {"contains": "none"}):
            yield replace(it, where={to_camel(name): how}, sort=name)
        for begin in ("e1", "e1f00", "none"):
            yield replace(it, where={to_camel(name): {"startsWith": begin}}, sort=name)


def own(visitor):
    """Give the lists that are served even to those who see only what they answer for."""
    for field, shape in visitor.lists():
        sorts = [pair[1] for pair in shape.reading.lists if pair[0] == "owner_id" and not pair[2:]]
        yield from both_ways(*(Listing(shape, field, sort=it) for it in (*sorts, "") if sorts))


def both_ways(*listings):
    for it in listings:
        yield from (it, replace(it, descending=True))


async def costs(visitor, listing):
    """Give what the first page and a later one cost, by name."""
    first = await listing.variables(visitor)
    found = {}
    for which, given in (("", first), (", deep", await listing.deep(visitor, first))):
        (ran,) = await explained(visitor, listing.document(), given)
        found[f"{listing.name}{which}"] = ran.buffers
    return found


async def costs_below(visitor, shape, relation):
    """Give what the first page below each of many parents costs, of which one is large."""
    lists = shape_of(relation.target).entity.__lists__
    sorts = [it[-1] for it in lists if it[:-1] == (relation.foreign_key,)]
    found = {}
    for sort in ("", *sorts):
        by = f"orderBy: [{{field: {sort_name(sort)}}}]" if sort else "first: 25"
        asked = f"{relation.public}({by}) {{ nodes {{ id version }} }}"
        ids = ids_of(shape, range(1, PARENTS + 1))
        ran = await explained(visitor, *visitor.entities(shape.name, ids, asked))
        name = f"{shape.name}.{relation.public} sorted by {sort or 'id'}"
        found[name] = max(it.buffers for it in ran)
    return found


@pytest.mark.parametrize("service", SERVICES)
async def test_every_declared_list_is_served_by_an_index(service, large, admin_url, monkeypatch):
    database = await asyncio.to_thread(large, service, f"large_{service}")
    async with sown(admin_url, database, service) as visitor:
        found: dict[str, int] = {}
        for listing in declared(visitor):
            found |= await costs(visitor, listing)
        for shape, relation in visitor.relations():
            found |= await costs_below(visitor, shape, relation)
        for listing in undeclared(visitor):
            dear = await costs(visitor, listing)
            assert min(dear.values()) > BOUND, dear
        assert await dear_by_shares(admin_url, database, visitor) == {}
        see(monkeypatch, owned)
        for listing in own(visitor):
            found |= {f"own {it}": cost for it, cost in (await costs(visitor, listing)).items()}
    assert {name: buffers for name, buffers in found.items() if buffers > BOUND} == {}


async def dear_by_shares(admin_url, database, visitor):
    """Give which lists cost more than a page of one's own, and a look at all that is shared.

    That is so however much there is of others', and of one's own.
    """
    everybody, own = visitor.me, dict.fromkeys(visitor.me.permissions, Scope.OWN)
    visitor.me = replace(everybody, scopes=own, is_shared_with=True)
    found: dict[str, int] = {}
    for field, shape in visitor.lists():
        if shape.entity.__shared__:
            ids = ids_of(shape, range(1, SHARES + 1))
            await Sower(admin_url, database.name, visitor.service).share(visitor.me, ids)
            served = {pair[-1] for pair in shape.reading.lists if pair[:-1] == ("owner_id",)}
            for sort in served:
                for it in both_ways(Listing(shape, field, sort=sort)):
                    found |= await costs(visitor, it)
    visitor.me = everybody
    most = BOUND + SHARES * LOOKED_UP
    return {name: cost for name, cost in found.items() if cost > most}


def undeclared(visitor):
    """Give one list that is declared nowhere, as the bound must see it."""
    field, shape = [it for it in visitor.lists() if it[1].reading.lists][-1]
    yield Listing(shape, field, where={"version": {"gt": 1}})


def owned(cls, actor):
    """Let everybody see what they answer for, as the access rules may say."""
    return None if cls.__part_of__ else cls.owner_id == actor.id
