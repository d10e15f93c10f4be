"""Organisation units in the graph."""

from typing import Annotated

import strawberry

from services.chassis.graph import (
    Connection,
    Record,
    archive,
    connection,
    create,
    described,
    field,
    groups,
    many,
    one,
    purge,
    record,
    reference,
    relate,
    restore,
    update,
    upsert,
)
from services.customers.permissions import IMPORT_HISTORY
from services.customers.units import commands, model, queries

described(
    model.UnitKind,
    "What kind of organisation unit it is.",
    BRANCH="A place of the company's own.",
    DEPARTMENT="A part of the company that does one kind of work.",
    OTHER="Something else.",
)


Within = Annotated["OrgUnit", strawberry.lazy("services.customers.units.graph")]
"""The type below, within itself."""


@record(queries.units, "A part of the company: a branch, a department, or what lies within one.")
class OrgUnit(Record):
    name: str = field("What it is called.", write=True)
    kind: model.UnitKind = field("What kind of unit it is.", write=True)
    code: str | None = field("What it is called in short; no two have the same.", write=True)
    parent: Within | None = reference(
        model.OrgUnit.parent_id, "Within which unit it lies; none: at the top.", write=True
    )


relate(OrgUnit, units=many(OrgUnit, model.OrgUnit.parent_id, "The units right within it."))


@strawberry.type
class Query:
    org_unit: OrgUnit | None = one(OrgUnit, "One organisation unit.")
    org_units: Connection[OrgUnit] | None = connection(OrgUnit, "The organisation units.")
    org_unit_groups = groups(OrgUnit, "The organisation units, in groups.")


@strawberry.type
class Mutation:
    create_org_unit = create(OrgUnit, commands.create, "Add an organisation unit.")
    update_org_unit = update(
        OrgUnit,
        commands.update,
        "Change an organisation unit; with another parent, all within it moves too.",
    )
    archive_org_unit = archive(OrgUnit, commands.archive)
    restore_org_unit = restore(OrgUnit, commands.restore)
    purge_org_unit = purge(OrgUnit, commands.purge)
    upsert_org_units = upsert(OrgUnit, commands.create, commands.update, history=IMPORT_HISTORY)
