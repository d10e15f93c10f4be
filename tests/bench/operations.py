"""What is asked in the benchmark: the rows of targets.md that exist so far."""

from dataclasses import dataclass, field

LAST = "1".zfill(26)
"""The suffix of the first record: its customer is the one with the most of everything."""


@dataclass(frozen=True)
class Operation:
    """A document and its variables; `target` is what targets.md wants of its p95."""

    name: str
    target: str
    document: str
    variables: dict[str, object] = field(default_factory=dict)


FIELDS = "id number status placedOn shipToCity version createdAt net { amount currency }"
PAGE = f"nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }}"
STORY = f"""query($id: ID!) {{ customer(id: $id) {{ id name status city
    opportunities(first: 25) {{ nodes {{ id name stage amount {{ amount currency }} closeOn }} }}
    orders(first: 25) {{ nodes {{ {FIELDS} }} }}
    cases(first: 25) {{ nodes {{ id number subject status priority openedAt }} }}
    timeline(first: 25) {{ nodes {{ id happenedAt kind title }} }} }} }}"""
WHERE = {"status": {"eq": "CLOSED"}, "placedOn": {"gte": "2025-06-01"}}
LISTED = """query($w: OrderWhere, $n: Int, $a: String) { orders(
    where: $w, orderBy: [{field: PLACED_ON, direction: DESC}], first: $n, after: $a) { %s } }"""
CREATE = """mutation($i: CreateCustomerInput!) { createCustomer(input: $i) {
    customer { id name version } changedFields events { id type } userErrors { code } } }"""

OPERATIONS = (
    Operation(
        "get by id",
        "25 ms",
        f"query($id: ID!) {{ order(id: $id) {{ {FIELDS} customer {{ id }} }} }}",
        {"id": f"ord_{LAST}"},
    ),
    Operation("list 50, filter and sort", "80 ms", LISTED % PAGE, {"w": WHERE, "n": 50}),
    Operation(
        "the same with a capped count",
        "+ 15 ms",
        LISTED % f"{PAGE} count {{ value precision }}",
        {"w": WHERE, "n": 50},
    ),
    Operation("list of 1", "–", LISTED % PAGE, {"w": WHERE, "n": 1}),
    Operation("story of a customer, four lists of 25", "150 ms", STORY, {"id": f"cus_{LAST}"}),
    Operation(
        "to-many filter over the largest table",
        "200 ms",
        """{ customers(first: 50, where: { interactions: { some: { channel: { eq: VISIT },
            happenedAt: { gte: "2026-12-30T00:00:00Z" } } } }) { nodes { id name } } }""",
    ),
    Operation("create a customer", "40 ms", CREATE, {"i": {"name": "Neu"}}),
)
