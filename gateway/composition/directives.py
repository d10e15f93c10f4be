"""The directives that the composer knows, and what becomes of each."""

BUILT_IN = frozenset({"deprecated", "specifiedBy", "oneOf"})
"""GraphQL's own: carried over as they are."""

SUPPORTED = frozenset(
    {
        "key",
        "shareable",
        "external",
        "requires",
        "provides",
        "override",
        "extends",
        "inaccessible",
        "tag",
        "interfaceObject",
    }
)
"""Federation's, as far as composing and planning know them."""

UNSUPPORTED = frozenset(
    {
        "composeDirective",
        "authenticated",
        "requiresScopes",
        "policy",
        "cost",
        "listSize",
        "context",
        "fromContext",
        "cacheTag",
    }
)
"""Federation's too, but refused: to drop one in silence would change what it promises."""
