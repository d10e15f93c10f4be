"""Operations that hypothesis writes of a schema, asked over real HTTP, and what is no answer."""

import http.client
import json
import socket
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from graphql import (
    ArgumentNode,
    NameNode,
    ObjectFieldNode,
    VariableNode,
    build_schema,
    print_ast,
    value_from_ast_untyped,
)
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from hypothesis_graphql import from_schema, nodes

from deploy.local.checkout import ROOT
from deploy.local.databases import SERVICES
from services.chassis.actor import ActorKind
from services.chassis.tokens import Identity, Signer
from tests.system.system import PASSWORD, Company

SUPERGRAPH = ROOT / "gateway" / "supergraph.graphql"
FAULTS = {"INTERNAL", "SUBGRAPH_UNAVAILABLE"}
LATE = {"DEADLINE_EXCEEDED"}
"""A busy machine answers late, and says so; it is counted, and no fault."""
PATIENCE = 30
LEFT_OUT = {"_service"}
"""It has no argument, and its answer is the whole SDL."""
DATES = (
    *("2026-02-28", "2024-02-29", "0001-01-01", "9999-12-31", "2026-02-30", "0000-00-00"),
    *("10000-01-01", "-0001-01-01", "2026-W01-1", "20260101", "", "today", "2026-01-01\x00"),
)
INSTANTS = (
    *("2026-03-29T01:30:00Z", "2026-03-29T01:30:00+02:00", "2026-03-29T01:30:00", "2026-01-01"),
    *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999Z"),
    *("9999-12-31T23:59:59-14:00", "2026-01-01T24:00:00Z", "2026-12-31T23:59:60Z", "now", ""),
    *("2026-01-01T00:00:00+23:59:59.999999", "1970-01-01T00:00:00.0000001Z"),
)
NUMBERS = (
    *("0", "-0", "1", "12.50", "-1.000", "1e2", "1E+30", "1e400000", "1e-400000", "1E+999999999"),
    *("0E+999999", "0E-999999", "9" * 40, "0." + "0" * 40 + "1", "NaN", "sNaN", "Infinity"),
    *("-Infinity", "", "one", "0x10", "1_000", "１２", " 1 ", "1\x00"),  # digits too
)
TEXTS = (
    *("", " ", "\x00", "a\x00b", "%", "_", "\\", "'", '"', "EUR", "eur", "€€€", "Europe/Berlin"),
    *("../../etc/passwd", "a" * 201, "b" * 10_001, "ann@acme.example", "+49 431 1234567"),
    *("\u202e", "\ufeff", "\uffff", "\U0010ffff", "e\u0301", "default", "null", "2026-01-01"),
    *("eyJ", "W10=", "e30", "////", "=" * 9),
)
TYPES = ("Customer", "StaffUser", "Order", "Case", "Opportunity", "Contact", "Nothing")
ODD_IDS = ("", " ", "0", "cus_", "cus_" + "z" * 26, "x" * 65, "\x00", "'; --", "ünïcode", "usr_1")


@dataclass
class Door:
    """A GraphQL endpoint: its URL, or a socket's path; and the tokens of those who ask there."""

    name: str
    address: str
    sdl: Path
    tokens: dict[str, str]
    ids: list[str]
    asked: int = 0
    refused: int = 0
    late: int = 0
    roots: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def post(self, body, token):
        """Give the status of an answer, and its body."""
        headers = {"content-type": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        connection = self._connected()
        try:
            connection.request("POST", "/graphql", body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def ask(self, root, document, variables, role):
        """Ask, and note what is a fault of ours."""
        body = json.dumps({"query": document, "variables": variables}).encode()
        status, answer = self.post(body, self.tokens[role])
        self.asked += 1
        self.roots.add(root)
        errors = json.loads(answer).get("errors", ())
        self.refused += bool(errors)
        self.late += any(code(it) in LATE for it in errors)
        if found := fault(status, errors):
            told = f"{self.name}, {role}: {found}\n{document}\n{json.dumps(variables)}"
            self.faults.append(told)
        return found

    def _connected(self):
        if self.address.startswith("unix:"):
            return OverSocket(self.address.removeprefix("unix:"))
        return http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=PATIENCE)


class OverSocket(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=PATIENCE)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self.path)


def fault(status, errors):
    """Say what of an answer no input may cause: our own failure, or an error without a name."""
    is_late = bool(errors) and all(code(it) in LATE for it in errors)
    if status >= 500 and not is_late:
        return f"status {status}: {errors}"
    for it in errors:
        if code(it) in FAULTS or not {"code", "requestId"} <= it.get("extensions", {}).keys():
            return str(it)
    return ""


def code(error):
    return error.get("extensions", {}).get("code")


DOORS = ("gateway", *SERVICES)
ROLES = ("SALES_REPRESENTATIVE", "SERVICE_AGENT")


async def doors(system):
    """Found a company with somebody in each of some roles, who may ask at each door."""
    company = Company(system)
    await company.found()
    firm = await company.customer()
    about = {"customerId": firm, "name": "Quay"}
    ids = [firm, await company.order(firm, steps=["placeOrder"])]
    ids.append(await company.make("createOpportunity", about))
    ids.append(await company.make("openCase", {"customerId": firm, "subject": "Lamp"}))
    viewer = (await company.ask("{ viewer { id } }"))["viewer"]["id"]
    people, tokens = {"ADMINISTRATOR": viewer}, {"ADMINISTRATOR": company.token}
    for role in ROLES:
        email = f"{role.lower()}@company.example"
        given = {"name": "Eve", "email": email, "roles": [role]}
        people[role] = await company.make("createStaffUser", given)
        await company.do("setStaffUserPassword", people[role], {"password": PASSWORD})
        tokens[role] = await company.sign_in(email)
    ids += people.values()
    made = {"gateway": Door("gateway", system.graph_url, SUPERGRAPH, tokens, ids)}
    for it in SERVICES:
        sdl = ROOT / "services" / it / "contract" / "schema.graphql"
        signed_here = signed(system, it, company.tenant, people)
        made[it] = Door(it, system.programs[it].address, sdl, signed_here, ids)
    return made


def signed(system, service, tenant, subjects):
    """Sign, as the gateway does, who asks a service behind it."""
    signer = Signer.from_file("gateway", system.keys["gateway"].private)
    return {
        role: signer.sign(
            Identity(tenant, subject, ActorKind.USER), audience=service, life=timedelta(hours=2)
        )
        for role, subject in subjects.items()
    }


def explore(door, *, examples, chance=None):
    """Ask so many generated operations at a door; without a chance given, the same each time."""
    schema = build_schema(door.sdl.read_text("utf-8"), assume_valid_sdl=True)

    @settings(
        max_examples=examples,
        derandomize=chance is None,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(operations(schema, door.ids), st.sampled_from(sorted(door.tokens)))
    def asked(operation, role):
        door.ask(*operation, role)

    (asked if chance is None else seed(chance)(asked))()


def operations(schema, ids):
    """Write operations of one root field each: its arguments in the document, or as variables."""
    roots = [schema.query_type, schema.mutation_type]
    written = {"custom_scalars": scalars(ids), "print_ast": lambda it: it}
    by_name = {
        it: (from_schema(schema, fields=[it], **written), root.fields[it])
        for root in roots
        for it in root.fields
        if it not in LEFT_OUT
    }

    def of(name):
        documents, root = by_name[name]
        return st.builds(_put, documents, st.just(root), st.booleans())

    return st.sampled_from(sorted(by_name)).flatmap(of)


def scalars(ids):
    """Give what to write for each scalar: as it should be, at its edge, or of another kind."""
    texts = st.one_of(st.sampled_from(TEXTS), st.text(max_size=40), st.sampled_from(NUMBERS))
    ints = st.one_of(st.integers(-3, 300), st.integers(-(2**31), 2**31 - 1))
    days = st.one_of(st.sampled_from(DATES), st.dates().map(str))
    instants = st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat)
    numbers = st.one_of(st.sampled_from(NUMBERS), st.decimals().map(str), st.integers().map(str))
    fine = {
        "ID": st.sampled_from([*ids, *ids, *ODD_IDS]).map(nodes.String),
        "String": texts.map(nodes.String),
        "Int": ints.map(nodes.Int),
        "Date": days.map(nodes.String),
        "DateTime": st.one_of(st.sampled_from(INSTANTS), instants).map(nodes.String),
        "Decimal": numbers.map(nodes.String),
    }
    wrong = st.sampled_from(
        [
            *(
                nodes.Int(2**63),
                nodes.Int(-(2**31)),
                nodes.Float(1e300),
                nodes.Boolean(value=True),
            ),
            *(nodes.String("1"), nodes.Object([]), nodes.List([])),
        ]
    )
    made = {name: st.one_of(*[it] * 15, wrong) for name, it in fine.items()}
    return made | {"_Any": st.sampled_from(ids).flatmap(_representation)}


def _put(document, root, as_variables):
    """Give a root field, the text that asks it, and variables: its arguments, or none."""
    (operation,) = document.definitions
    (field,) = operation.selection_set.selections
    given = {it.name.value: it.value for it in field.arguments}
    if not as_variables or not given.keys() <= root.args.keys():
        return field.name.value, print_ast(document), {}
    declared = ", ".join(f"${it}: {root.args[it].type}" for it in given)
    handed = [ArgumentNode(name=_named(it), value=VariableNode(name=_named(it))) for it in given]
    text = print_ast(replaced(field, arguments=tuple(handed)))
    values = {name: value_from_ast_untyped(it) for name, it in given.items()}
    return field.name.value, f"{operation.operation.value}({declared}) {{ {text} }}", values


def _representation(id):
    """Name a record by the key of its type, or what is no key at all."""
    told = [
        *({"__typename": name, "id": id} for name in TYPES),
        *({}, {"__typename": "Customer"}, {"id": id}, {"__typename": "Query", "id": id}),
        *({"__typename": "", "id": ""}, {"__typename": "Customer", "id": id, "name": "x"}),
    ]
    return st.sampled_from(told).map(
        lambda it: nodes.Object([_field(name, value) for name, value in it.items()])
    )


def _field(name, value):
    return ObjectFieldNode(name=_named(name), value=nodes.String(value))


def _named(name):
    return NameNode(value=name)
