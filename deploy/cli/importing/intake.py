"""What a mutation of the graph takes in, as the graph itself says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deploy.cli.importing.graph import Graph
from deploy.local.refusals import Refused

OF = "name kind ofType { name kind ofType { name kind ofType { name kind } } }"
MUTATIONS = f"""query Mutations {{
  __schema {{ mutationType {{ fields {{ name args {{ name type {{ {OF} }} }}
    type {{ ofType {{ name fields {{ name }} }} }} }} }} }}
}}"""
INPUT = f"""query Input($name: String!) {{
  __type(name: $name) {{ inputFields {{ name type {{ {OF} }} }} }}
}}"""
VALUES = "query Values($name: String!) { __type(name: $name) { enumValues { name } } }"


@dataclass(frozen=True, slots=True)
class Kind:
    """The type of an input field: its name, whether it is a list, an enum's values."""

    name: str
    is_list: bool = False
    values: tuple[str, ...] = ()

    @staticmethod
    def of(type: Mapping[str, Any]) -> tuple["Kind", str]:
        """Unwrap a type; give it, and which kind of type it is."""
        is_list = False
        while type["ofType"]:
            is_list = is_list or type["kind"] == "LIST"
            type = type["ofType"]
            type = {"ofType": None, **type}
        return Kind(type["name"], is_list), type["kind"]


@dataclass(frozen=True)
class Intake:
    """A bulk upsert: the type of its items, and what an item's values and history may hold."""

    mutation: str
    fields: Mapping[str, Kind]
    history: Mapping[str, Kind]


async def intake_of(graph: Graph, mutation: str) -> Intake:
    """Ask the graph what a mutation takes; refuse one that it has not, or that is no upsert."""
    known = {it["name"]: it["args"] for it in await mutations_of(graph)}
    if mutation not in known:
        upserts = ", ".join(sorted(it for it in known if it.startswith("upsert"))) or "none"
        raise Refused(f"the graph has no mutation {mutation}; its upserts are {upserts}")
    arguments = {it["name"]: Kind.of(it["type"])[0].name for it in known[mutation]}
    if not {"items", "onError"} <= arguments.keys():
        raise Refused(f"{mutation} is no bulk upsert: it takes no items")
    parts = await _fields(graph, arguments["items"])
    values, history = parts.get("input"), parts.get("history")
    return Intake(
        mutation,
        await _fields(graph, values.name) if values else {},
        await _fields(graph, history.name) if history else {},
    )


async def mutations_of(graph: Graph) -> list[dict[str, Any]]:
    schema = (await graph.ask(MUTATIONS))["__schema"]
    fields: list[dict[str, Any]] = schema["mutationType"]["fields"]
    return fields


@dataclass(frozen=True, slots=True)
class Transfer:
    """A mutation that queues an import or an export, and the service whose jobs these are."""

    mutation: str
    service: str
    where: str = ""


async def transfer_of(graph: Graph, verb: str, kind: str) -> Transfer:
    """Find the import or export of a kind of records: `order_lines` is `importOrderLines`."""
    words = kind.replace("-", "_").split("_")
    name = verb + "".join(it[:1].upper() + it[1:] for it in words)
    known = {it["name"]: it for it in await mutations_of(graph) if it["name"].startswith(verb)}
    if name not in known:
        there = ", ".join(sorted(known)) or "none"
        raise Refused(f"the graph has no {name}; what can be is {there}")
    answers = [it["name"] for it in known[name]["type"]["ofType"]["fields"]]
    service = next(it.removesuffix("Job") for it in answers if it.endswith("Job"))
    arguments = {it["name"]: Kind.of(it["type"])[0].name for it in known[name]["args"]}
    return Transfer(name, service, arguments.get("where", ""))


async def _fields(graph: Graph, name: str) -> dict[str, Kind]:
    found = (await graph.ask(INPUT, name=name))["__type"]["inputFields"]
    return {it["name"]: await _with_values(graph, *Kind.of(it["type"])) for it in found}


async def _with_values(graph: Graph, kind: Kind, what: str) -> Kind:
    if what != "ENUM":
        return kind
    found = (await graph.ask(VALUES, name=kind.name))["__type"]["enumValues"]
    return Kind(kind.name, kind.is_list, tuple(it["name"] for it in found))
