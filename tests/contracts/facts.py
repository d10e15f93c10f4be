"""Whether every fact that a service reads is told by another, and in a form that it can read."""

from collections.abc import Iterator


def findings(contracts):
    """Say of services' events.json where a reader reads what nobody tells."""
    told = {type: it["data"] for each in contracts for type, it in each["publishes"].items()}
    return [
        f"{each['service']} reads {type}: {what}"
        for each in contracts
        for type, it in each["reads"].items()
        for what in (misfits(told[type], it["data"]) if type in told else ["nobody tells it"])
    ]


def misfits(told, read) -> Iterator[str]:
    """Say what a reader of a fact would miss in how it is told."""
    for name, wanted in read.get("properties", {}).items():
        given = told.get("properties", {}).get(name)
        if given is None:
            if name in read.get("required", ()):
                yield f"{name} is not told"
        elif name in read.get("required", ()) and name not in told.get("required", ()):
            yield f"{name} may be left out"
        elif not fits(given, wanted, told, read):
            yield f"{name} is told as {sorted(_names(given, told))}"


def fits(given, wanted, told, read):
    """Whether whatever one schema allows is allowed by the other."""
    accepted = list(_variants(wanted, read))
    return all(
        any(_is_within(one, other, told, read) for other in accepted)
        for one in _variants(given, told)
    )


def _is_within(one, other, told, read):
    return not other or (
        _is_kind(one, other)
        and other.get("format") in (None, one.get("format"))
        and ("enum" not in other or set(one.get("enum", [None])) <= set(other["enum"]))
        and _is_within_inside(one, other, told, read)
    )


def _is_kind(one, other):
    kind, wanted = one.get("type"), other.get("type")
    return kind == wanted or (kind, wanted) == ("integer", "number")


def _is_within_inside(one, other, told, read):
    if one.get("type") == "array":
        return fits(one.get("items", {}), other.get("items", {}), told, read)
    if one.get("type") == "object" and "properties" not in other:  # by whatever names
        named = "additionalProperties"
        return fits(one.get(named, {}), other.get(named, {}), told, read)
    if one.get("type") == "object":
        return not list(misfits({**told, **one}, {**read, **other}))
    return True


def _variants(schema, whole):
    """Give the alternatives of a schema, each without references."""
    if "$ref" in schema:
        yield from _variants(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
    elif "anyOf" in schema:
        for it in schema["anyOf"]:
            yield from _variants(it, whole)
    else:
        yield schema


def _names(schema, whole):
    for it in _variants(schema, whole):
        yield it.get("format") or it.get("type", "anything")
