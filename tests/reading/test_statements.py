"""However many records there are, a question costs the same number of statements."""

from tests.reading.doors import ids_of
from tests.support.sowing import most_of

FEW, MANY = 1, 100


async def test_a_list_asks_the_database_as_often_for_100_records_as_for_one(visitor):
    asked = {}
    for name, shape in visitor.lists():
        inner = visitor.selection(shape.name)
        document = f"query($n: Int) {{ {name}(first: $n) {{ nodes {{ {inner} }} }} }}"
        found = (await visitor.ask(document, n=MANY))[name]["nodes"]
        assert len(found) == (most_of(shape.entity) or MANY), name
        asked[name] = [await visitor.statements(document, n=it) for it in (FEW, MANY)]
    assert asked
    assert {name: counts for name, counts in asked.items() if len(set(counts)) > 1} == {}


async def test_entities_ask_the_database_as_often_for_100_records_as_for_one(visitor):
    asked = {}
    for shape in visitor.shapes.values():
        counts = []
        for many in (FEW, MANY):
            ids = ids_of(shape, range(1, many + 1))
            document, variables = visitor.entities(shape.name, ids)
            counts.append(await visitor.statements(document, **variables))
        asked[shape.name] = counts
    assert {"StaffUser", "Team"} < asked.keys()
    assert {name: counts for name, counts in asked.items() if len(set(counts)) > 1} == {}
