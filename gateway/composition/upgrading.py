"""Puts what a subgraph means into one form: first-generation SDLs, keys of extensions."""

from gateway.composition.field_sets import InvalidFieldSet, touched
from gateway.composition.model import Definition, Kind, Subgraph


def upgrade(subgraph: Subgraph) -> None:
    """Note the key fields; read first-generation words as the second generation means them."""
    subgraph.definitions.setdefault("Query", Definition("Query", Kind.OBJECT))
    for definition in subgraph.definitions.values():
        for key in definition.keys:
            _note_key(subgraph, definition, str(key.arguments.get("fields", "")))
    for definition in subgraph.definitions.values():
        _unfold_type_directives(definition)
        if definition.is_extension:
            _own_extension_keys(subgraph, definition)
        if subgraph.is_first_generation:
            _upgrade_first_generation(definition)


def _note_key(subgraph: Subgraph, definition: Definition, text: str) -> None:
    try:
        found = touched(subgraph, definition, text)
    except InvalidFieldSet:
        return  # the rules report it, with everything else
    subgraph.key_fields.update((each.type.name, each.field.name) for each in found)


def _unfold_type_directives(definition: Definition) -> None:
    """On a type, @shareable and @external speak of each of its fields."""
    for word in ("shareable", "external"):
        if word in definition.directives:
            for field in definition.fields.values():
                field.directives.add(word)


def _own_extension_keys(subgraph: Subgraph, definition: Definition) -> None:
    """Take an extension's key for its own: it always had to call it external."""
    for field in definition.fields.values():
        if (definition.name, field.name) in subgraph.key_fields:
            field.directives.drop("external")


def _upgrade_first_generation(definition: Definition) -> None:
    is_shared = not definition.keys and definition.name != "Subscription"
    if definition.kind is Kind.OBJECT and is_shared:
        for field in definition.fields.values():
            field.directives.add("shareable")
    if definition.kind is Kind.INTERFACE:
        for field in definition.fields.values():
            for word in ("requires", "provides", "external"):
                field.directives.drop(word)
