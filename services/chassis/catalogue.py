"""The catalogue of events: AsyncAPI 3 for programs and a page for people, of all contracts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import orjson

from services.chassis.events import PARTITIONS, Envelope

INTRODUCTION = (
    "What happened in the company, told once, kept, and replayable. CloudEvents 1.0 in structured"
    " JSON on the JetStream stream CRM; it keeps 14 days, the services' databases 30."
)
PARAMETERS = {
    "tenant": {"description": "The company that it happened in."},
    "partition": {
        "description": "CRC-32 of the subject, modulo 16: a record's events stay together.",
        "enum": [str(it) for it in range(PARTITIONS)],
    },
}
CHANGE = {
    "type": "object",
    "properties": {
        "changed": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The fields that changed, by the graph's names.",
        },
        "before": {"type": "object", "description": "What they were; what is personal stays out."},
        "after": {"type": "object", "description": "What they are; what is personal stays out."},
    },
}
HEADERS = {
    "type": "object",
    "properties": {
        "Nats-Msg-Id": {"type": "string", "description": "The event's id: twice told, once kept."},
        "ce-id": {"type": "string"},
        "ce-type": {"type": "string"},
        "ce-subject": {"type": "string"},
        "ce-tenant": {"type": "string"},
    },
}


@dataclass(frozen=True)
class Told:
    """An event as it is told: by whom, what it means, who reads it, and once as it was."""

    type: str
    publisher: str
    meaning: str
    data: Mapping[str, Any]
    readers: Sequence[str]
    example: Mapping[str, Any] | None

    @property
    def aggregate(self) -> str:
        return self.type.rsplit(".", 2)[0]


def catalogue(
    contracts: Sequence[Mapping[str, Any]], examples: Mapping[str, Mapping[str, Any]]
) -> list[Told]:
    """Gather what all services tell; `examples` are recorded events by their types."""
    readers: dict[str, list[str]] = {}
    for each in contracts:
        for type, it in each["reads"].items():
            readers.setdefault(type, []).append(it["reader"].removeprefix("services."))
    return [
        Told(
            *(type, each["service"], it["meaning"], it["data"]),
            sorted(readers.get(type, ())),
            examples.get(type),
        )
        for each in contracts
        for type, it in each["publishes"].items()
    ]


def asyncapi(events: Sequence[Told]) -> dict[str, Any]:
    """Describe the stream as AsyncAPI 3.0: a channel, a message and a sender for each event."""
    shared: dict[str, Any] = {"Envelope": _envelope(), "Change": CHANGE, "Headers": HEADERS}
    messages = {it.type: _message(it, shared) for it in events}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Guanxi events", "version": "1.0.0", "description": INTRODUCTION},
        "defaultContentType": "application/cloudevents+json",
        "channels": {it.type: _channel(it) for it in events},
        "operations": {it.type: _sending(it) for it in events},
        "components": {"messages": messages, "schemas": shared, "parameters": PARAMETERS},
    }


def _channel(event: Told) -> dict[str, Any]:
    return {
        "address": f"crm.{{tenant}}.{event.type}.{{partition}}",
        "messages": {"event": {"$ref": f"#/components/messages/{event.type}"}},
        "parameters": {it: {"$ref": f"#/components/parameters/{it}"} for it in PARAMETERS},
    }


def _sending(event: Told) -> dict[str, Any]:
    channel = f"#/channels/{event.type}"
    return {
        "action": "send",
        "summary": event.meaning,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/event"}],
        "tags": [{"name": event.publisher}],
    }


def _message(event: Told, shared: dict[str, Any]) -> dict[str, Any]:
    data = {"allOf": [_hoisted(event.data, shared), {"$ref": "#/components/schemas/Change"}]}
    said = {"properties": {"type": {"const": event.type}, "data": data}}
    payload = {"allOf": [{"$ref": "#/components/schemas/Envelope"}, said]}
    message: dict[str, Any] = {
        "name": event.type,
        "summary": event.meaning,
        "headers": {"$ref": "#/components/schemas/Headers"},
        "payload": payload,
        "x-publisher": event.publisher,
        "x-readers": list(event.readers),
        "x-personal-data": "none",
        "x-ordered-by": "subject, sequence",
    }
    if event.example:
        message["examples"] = [{"payload": event.example}]
    return message


def _envelope() -> dict[str, Any]:
    made = Envelope.model_json_schema(mode="serialization")
    optional = ("causationid", "onbehalfof", "traceparent")  # left out where there is none
    required = [it for it in made["properties"] if it not in optional]
    return {"type": "object", "properties": made["properties"], "required": required}


def _hoisted(schema: Any, shared: dict[str, Any]) -> Any:
    """Bring what a schema defines for itself among those that all messages share."""
    if isinstance(schema, list):
        return [_hoisted(it, shared) for it in schema]
    if not isinstance(schema, Mapping):
        return schema
    for name, defined in schema.get("$defs", {}).items():
        if shared.setdefault(name, _hoisted(defined, shared)) != _hoisted(defined, shared):
            raise ValueError(f"two events mean different things by {name}")
    made = {name: _hoisted(it, shared) for name, it in schema.items() if name != "$defs"}
    if "$ref" in made:
        made["$ref"] = made["$ref"].replace("#/$defs/", "#/components/schemas/")
    return made


def page(events: Sequence[Told]) -> str:
    """Write the catalogue for people: each record's events, what they say, and who reads them."""
    return "\n".join(_lines(events)) + "\n"


def _lines(events: Sequence[Told]) -> Iterator[str]:
    yield "# The catalogue of events"
    yield ""
    yield f"{INTRODUCTION} How to read them: [the guide](../guides/events.md)."
    yield "For programs: [asyncapi.json](asyncapi.json). Both are generated from the code."
    for aggregate, found in groupby(events, key=lambda it: it.aggregate):
        yield from _lines_of(aggregate, list(found))


def _lines_of(aggregate: str, events: Sequence[Told]) -> Iterator[str]:
    yield from ("", f"## `{aggregate}`", "")
    yield from ("| event | meaning | read by |", "|---|---|---|")
    for it in events:
        readers = ", ".join(f"`{name}`" for name in it.readers) or "no service of ours"
        yield f"| `{it.type}` | {it.meaning} | {readers} |"
    shared = _fields(events[0])
    for it in events[1:]:
        shared = {name: kind for name, kind in shared.items() if name in _fields(it)}
    said = ", ".join(f"`{name}` {kind}" for name, kind in shared.items())
    yield from ("", f"Each says {said}; then `changed`, `before` and `after`.")
    for it in events:
        if more := _fields(it).keys() - shared.keys():
            named = ", ".join(f"`{name}` {_fields(it)[name]}" for name in sorted(more))
            yield f"`{it.type}` also says {named}."
    example = next((it.example for it in events if it.example), None)
    if example:
        yield from ("", "```json", _written(example), "```")


def _fields(event: Told) -> dict[str, str]:
    return {name: _kind(it) for name, it in sorted(event.data["properties"].items())}


def _kind(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return f"({schema['$ref'].rpartition('/')[2]})"
    if "anyOf" in schema:
        kinds = (_kind(it) for it in schema["anyOf"] if it.get("type") != "null")
        return f"{' or '.join(kinds)[:-1]} or null)"
    if schema["type"] == "array":
        return f"(list of {_kind(schema['items'])[1:]}"
    return f"({schema.get('format') or schema['type']})"


def _written(example: Mapping[str, Any]) -> str:
    return orjson.dumps(example, option=orjson.OPT_INDENT_2).decode()
