"""The subgraphs in git keep to the rules by which they merge; each rule is seen to fail."""

import pytest

from deploy.local.checkout import ROOT
from deploy.local.databases import SERVICES
from services.chassis.dead_letters import DeadLetterReason, DeadLetterStatus
from services.chassis.files import FileState
from services.chassis.jobs import JobKind, JobState
from tests.contracts import graphs, merging

SDLS = {
    it: (ROOT / "services" / it / "contract" / "schema.graphql").read_text("utf-8")
    for it in SERVICES
}
OF_ALL = {"IDWhere"}
RULES = {
    "compound_keys": merging.compound_keys,
    "unowned_entities": merging.unowned_entities,
    "partial_records": merging.partial_records,
    "firm_foreign_fields": merging.firm_foreign_fields,
    "firm_queries": merging.firm_queries,
    "bare_lists": merging.bare_lists,
    "differing_enums": merging.differing_enums,
    "clashing_types": merging.clashing_types,
    "odd_arguments": lambda parts: merging.odd_arguments(parts, graphs.KEYLESS),
    "homeless_inputs": lambda parts: merging.homeless_inputs(parts, OF_ALL),
    "shared_inputs": lambda parts: merging.shared_inputs(parts, OF_ALL),
}


@pytest.fixture(scope="module")
def parts():
    return merging.parts_of(SDLS)


@pytest.mark.parametrize("name", [it for it in RULES if not it.endswith("_inputs")])
def test_the_subgraphs_keep_to_the_rule(parts, name):
    assert list(RULES[name](parts)) == []


def test_an_input_is_the_chassis_or_named_for_what_its_one_service_has(parts):
    enums = (FileState, JobKind, JobState, DeadLetterReason, DeadLetterStatus)
    of_all = merging.chassis_inputs() | {f"{it.__name__}Where" for it in enums}
    assert {"IDWhere", "MoneyInput", "PeriodWhere"} <= of_all
    assert not {"OrderStatusWhere", "CustomerWhere", "CreateOrderInput"} & of_all
    assert list(merging.homeless_inputs(parts, of_all)) == []
    assert merging.shared_inputs(parts, of_all) == []


def test_there_is_something_to_hold_to_the_rules(parts):
    assert {part.service: bool(part.records) for part in parts} == dict.fromkeys(SERVICES, True)
    stubs = {name for part in parts for name in part.entities.keys() - part.records.keys()}
    assert {"Customer", "StaffUser"} <= stubs


RECORD = "interface Record { id: ID! version: Int! }"
DESK = f"""
{RECORD}
enum Level {{ LOW HIGH }}
type Money @shareable {{ amount: String! }}
type Case implements Record @key(fields: "id") {{
  id: ID!  version: Int!  level: Level  customer: Customer  cost: Money
}}
type Customer @key(fields: "id") {{ id: ID!  cases(first: Int): CaseConnection }}
type CaseConnection {{ edges: [Case!]! nodes: [Case!]! pageInfo: Page! count: Int! }}
type Page @shareable {{ more: Boolean! }}
input IDWhere {{ eq: ID }}
input CaseWhere {{ id: IDWhere }}
input UpdateCaseInput {{ level: Level }}
input LevelWhere {{ eq: Level }}
type Payload {{ done: Boolean! }}
enum OnConflict {{ REFUSE }}
type Query {{ case(id: ID!): Case  cases(where: CaseWhere): CaseConnection }}
type Mutation {{
  signIn(email: String!): Payload!
  openCase(input: UpdateCaseInput!, idempotencyKey: String, dryRun: Boolean): Payload!
  updateCase(
    id: ID!, input: UpdateCaseInput!, expectedVersion: Int, onConflict: OnConflict! = REFUSE,
    idempotencyKey: String, dryRun: Boolean
  ): Payload!
}}
"""
CUSTOMERS = f"""
{RECORD}
enum Level {{ LOW HIGH }}
type Money @shareable {{ amount: String! }}
type Customer implements Record @key(fields: "id") {{ id: ID!  version: Int!  worth: Money }}
input IDWhere {{ eq: ID }}
input CustomerWhere {{ id: IDWhere }}
type Query {{ customer(id: ID!): Customer }}
"""
BREACHES = [
    (
        'Case implements Record @key(fields: "id")',
        'Case implements Record @key(fields: "id version")',
        {"compound_keys": ["desk: Case @key('id version')"]},
    ),
    (
        'Customer @key(fields: "id")',
        'Customer implements Record @key(fields: "id")',
        {
            "unowned_entities": ["Customer is kept by ['desk', 'customers']"],
            "partial_records": ["desk: Customer.version"],
        },
    ),
    (
        "type Case implements Record @key",
        "type Case @key",
        {
            "unowned_entities": ["Case is kept by []"],
            "firm_foreign_fields": [
                *("desk: Case.version: Int!", "desk: CaseConnection.edges: [Case!]!"),
                "desk: CaseConnection.nodes: [Case!]!",
            ],
        },
    ),
    (
        ' @key(fields: "id") {\n  id: ID!  version',
        " {\n  id: ID!  version",
        {
            "unowned_entities": ["desk: Case has no key"],
            "homeless_inputs": ["desk: CaseWhere is named for nothing of its own"],
        },
    ),
    ("version: Int!  level", "level", {"partial_records": ["desk: Case.version"]}),
    ("version: Int!  level", "version: Int  level", {"partial_records": ["desk: Case.version"]}),
    (
        "customer: Customer",
        "customer: Customer!",
        {"firm_foreign_fields": ["desk: Case.customer: Customer!"]},
    ),
    (
        "): CaseConnection }\ntype",
        "): CaseConnection! }\ntype",
        {"firm_foreign_fields": ["desk: Customer.cases: CaseConnection!"]},
    ),
    (
        "case(id: ID!): Case ",
        "case(id: ID!): Case! ",
        {"firm_queries": ["desk: case: Case!"]},
    ),
    (" nodes: [Case!]!", "", {"bare_lists": ["desk: CaseConnection.nodes"]}),
    (
        "cases(first: Int): CaseConnection",
        "cases(first: Int): [Case!]",
        {"bare_lists": ["desk: Customer.cases: [Case!]"]},
    ),
    ("{ LOW HIGH }", "{ LOW HIGH TOP }", {"differing_enums": ["Level"]}),
    ("Money @shareable", "Money", {"clashing_types": ["Money is not shareable"]}),
    ("amount: String!", "amount: Int!", {"clashing_types": ["Money differs"]}),
    (RECORD, RECORD.replace("Int!", "Int"), {"clashing_types": ["Record differs"]}),
    (
        "input CaseWhere { id",
        "input Narrow { id: ID }\ninput CaseWhere { id",
        {"homeless_inputs": ["desk: Narrow is named for nothing of its own"]},
    ),
    (
        "input CaseWhere { id",
        "input CustomerWhere { id: ID }\ninput CaseWhere { id",
        {"shared_inputs": ["CustomerWhere stands in ['desk', 'customers']"]},
    ),
    (
        "idempotencyKey: String, dryRun: Boolean): Payload!\n  update",
        "dryRun: Boolean): Payload!\n  update",
        {"odd_arguments": ["desk: openCase does not take idempotencyKey"]},
    ),
    (
        "idempotencyKey: String, dryRun: Boolean): Payload!\n  update",
        "dryRun: Boolean, idempotencyKey: String): Payload!\n  update",
        {
            "odd_arguments": [
                "desk: openCase has its arguments in the order input, dryRun, idempotencyKey"
            ]
        },
    ),
    (
        "expectedVersion: Int, onConflict: OnConflict! = REFUSE",
        "version: Int",
        {
            "odd_arguments": [
                "desk: updateCase takes version",
                "desk: updateCase does not take expectedVersion, onConflict",
            ]
        },
    ),
    (
        "expectedVersion: Int,",
        "expectedVersion: Int!,",
        {"odd_arguments": ["desk: updateCase takes expectedVersion: Int!"]},
    ),
]


def findings(desk):
    parts = merging.parts_of({"desk": desk, "customers": CUSTOMERS})
    found = {name: sorted(rule(parts)) for name, rule in RULES.items()}
    return {name: it for name, it in found.items() if it}


def test_a_graph_that_keeps_to_all_rules_has_no_findings():
    assert findings(DESK.replace("signIn(email: String!): Payload!", "")) == {}
    assert findings(DESK) == {}


@pytest.mark.parametrize(("was", "planted", "found"), BREACHES)
def test_each_breach_of_a_rule_is_seen_and_no_other(was, planted, found):
    assert was in DESK
    assert findings(DESK.replace(was, planted, 1)) == {k: sorted(v) for k, v in found.items()}
