"""What may stand where within one subgraph: directives on interfaces, and interface objects."""

from gateway.composition.model import Definition, Field, Kind, Subgraph
from gateway.composition.problems import Problems

ON_INTERFACES = {
    "external": "EXTERNAL_ON_INTERFACE",
    "shareable": "INVALID_SHAREABLE_USAGE",
    "override": "OVERRIDE_ON_INTERFACE",
    "requires": "REQUIRES_UNSUPPORTED_ON_INTERFACE",
    "provides": "PROVIDES_UNSUPPORTED_ON_INTERFACE",
}
"""What has no meaning on a field of an interface, which its implementers give."""

ON_EXTERNALS = ("tag", "inaccessible", "authenticated", "requiresScopes", "policy", "cost")
"""What only those who give a field can say of it."""


def check(subgraph: Subgraph, problems: Problems) -> None:
    """Report directives that stand where they mean nothing."""
    for definition in subgraph.definitions.values():
        if "interfaceObject" in definition.directives:
            _check_stand_in(definition, problems)
        for field in definition.fields.values():
            at = f"{definition.name}.{field.name}"
            if definition.kind is Kind.INTERFACE:
                _check_on_interface(field, at, problems)
            if "external" in field.directives and definition.kind is Kind.OBJECT:
                _check_on_external(field, at, problems)


def _check_on_interface(field: Field, at: str, problems: Problems) -> None:
    for word, code in ON_INTERFACES.items():
        if word in field.directives:
            problems.add(
                code,
                f"@{word} stands on a field of an interface",
                at=at,
                hint="put it on the types that implement the interface",
            )


def _check_on_external(field: Field, at: str, problems: Problems) -> None:
    for word in ON_EXTERNALS:
        if word in field.directives:
            problems.add(
                "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",
                f"@{word} stands on an external field",
                at=at,
                hint="put it where the field is given",
            )


def _check_stand_in(definition: Definition, problems: Problems) -> None:
    code = "INTERFACE_OBJECT_USAGE_ERROR"
    if definition.kind is not Kind.OBJECT:
        told = f"@interfaceObject stands on a {definition.kind.value}"
        problems.add(code, told, at=definition.name, hint="write the interface as a type here")
    elif not definition.keys:
        problems.add(
            code,
            "@interfaceObject without a @key",
            at=definition.name,
            hint="give it a key of the interface",
        )
