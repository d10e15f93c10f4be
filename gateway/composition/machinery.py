"""What every supergraph file says of itself: links, and the definitions of its directives."""

from collections.abc import Sequence

LINKS = {
    "inaccessible": '  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)',
    "tag": '  @link(url: "https://specs.apollo.dev/tag/v0.3")',
    **{
        word: f'  @link(url: "https://specs.apollo.dev/{word}/v0.1", for: SECURITY)'
        for word in ("authenticated", "requiresScopes", "policy", "context")
    },
}

DIRECTIVES = {
    "inaccessible": """\
directive @inaccessible on
  | FIELD_DEFINITION
  | OBJECT
  | INTERFACE
  | UNION
  | ENUM
  | ENUM_VALUE
  | SCALAR
  | INPUT_OBJECT
  | INPUT_FIELD_DEFINITION
  | ARGUMENT_DEFINITION""",
    "tag": """\
directive @tag(name: String!) repeatable on
  | FIELD_DEFINITION
  | OBJECT
  | INTERFACE
  | UNION
  | ENUM
  | ENUM_VALUE
  | SCALAR
  | INPUT_OBJECT
  | INPUT_FIELD_DEFINITION
  | ARGUMENT_DEFINITION
  | SCHEMA""",
    "authenticated": """\
directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM""",
    "requiresScopes": """\
directive @requiresScopes(scopes: [[requiresScopes__Scope!]!]!) on
  | FIELD_DEFINITION
  | OBJECT
  | INTERFACE
  | SCALAR
  | ENUM

scalar requiresScopes__Scope""",
    "policy": """\
directive @policy(policies: [[policy__Policy!]!]!) on
  | FIELD_DEFINITION
  | OBJECT
  | INTERFACE
  | SCALAR
  | ENUM

scalar policy__Policy""",
    "context": """\
directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION

directive @context__fromContext(field: context__ContextFieldValue) on ARGUMENT_DEFINITION

scalar context__ContextFieldValue""",
    "cost": """\
directive @cost(weight: Int!) on
  | ARGUMENT_DEFINITION
  | ENUM
  | FIELD_DEFINITION
  | INPUT_FIELD_DEFINITION
  | OBJECT
  | SCALAR""",
    "listSize": """\
directive @listSize(
  assumedSize: Int
  slicingArguments: [String!]
  sizedFields: [String!]
  requireOneSlicingArgument: Boolean = true
) on FIELD_DEFINITION""",
}

MACHINERY = '''\
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE

directive @join__field(
  graph: join__Graph
  requires: join__FieldSet
  provides: join__FieldSet
  type: String
  external: Boolean
  override: String
  usedOverridden: Boolean
) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION

directive @join__graph(name: String!, url: String!) on ENUM_VALUE

directive @join__implements(
  graph: join__Graph!
  interface: String!
) repeatable on OBJECT | INTERFACE

directive @join__type(
  graph: join__Graph!
  key: join__FieldSet
  extension: Boolean! = false
  resolvable: Boolean! = true
  isInterfaceObject: Boolean! = false
) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR

directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION

directive @link(
  url: String
  as: String
  for: link__Purpose
  import: [link__Import]
) repeatable on SCHEMA

scalar join__FieldSet

scalar link__Import

enum link__Purpose {
  """`SECURITY` features are needed to resolve fields securely."""
  SECURITY

  """`EXECUTION` features are needed to execute an operation."""
  EXECUTION
}'''


OVERRIDE = "  override: String\n"
LABEL = "  overrideLabel: String\n"
"""What join v0.4 adds to `@join__field`, where fields are taken over step by step."""
USED = "  usedOverridden: Boolean\n"
CONTEXT = "  contextArguments: [join__ContextArgument!]\n"
FIFTH = """

directive @join__directive(
  graphs: [join__Graph!]
  name: String!
  args: join__DirectiveArguments
) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION

input join__ContextArgument {
  name: String!
  type: String!
  context: String!
  selection: join__FieldValue!
}

scalar join__DirectiveArguments

scalar join__FieldValue"""
"""What join v0.5 adds, where subgraphs say things that are handed on as they are."""


THIRD_JOIN, FOURTH_JOIN, FIFTH_JOIN = 3, 4, 5
"""Minor versions of the join specification, v0.x: the least that a graph needs is written."""


def machinery(version: int) -> str:
    """Write the definitions of this version of join."""
    if version == THIRD_JOIN:
        return MACHINERY
    text = MACHINERY.replace(OVERRIDE, OVERRIDE + LABEL)
    return text if version == FOURTH_JOIN else text.replace(USED, USED + CONTEXT) + FIFTH


def links(used: Sequence[str]) -> list[str]:
    """Write the links of the features that are used; cost and list size are one."""
    found = [LINKS[word] for word in used if word in LINKS]
    if costs := [f'"@{word}"' for word in used if word in ("cost", "listSize")]:
        url = "https://specs.apollo.dev/cost/v0.1"
        found.append(f'  @link(url: "{url}", import: [{", ".join(costs)}])')
    return found
