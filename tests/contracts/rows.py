"""Rows of every record type of a service, made from its columns, and what to ask of them."""

from datetime import UTC, date, datetime
from decimal import Decimal

from graphql import get_named_type, is_leaf_type, is_required_argument
from sqlalchemy import UniqueConstraint, inspect
from sqlalchemy.types import ARRAY

from services.chassis.actor import Actor
from services.chassis.database import RecordColumns

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SAMPLES = {int: 1, Decimal: Decimal(1), bool: True, date: NOON.date(), datetime: NOON}
OWN = {it for it in vars(RecordColumns) if not it.startswith("_")} | {"tenant"}


async def fill(workplace, *, count):
    """Make so many records of each type, each with relations; give their ids by type."""
    made: dict[str, list[str]] = {}
    shapes = [it for it in workplace.answerer.schema.shapes.values() if it.reading]
    async with workplace.works.begin(Actor.system(workplace.tenant, workplace.service)) as work:
        while missing := [it for it in shapes if it.entity.__tablename__ not in made]:
            shape = next(it for it in missing if _needs(it.entity) <= made.keys())
            rows = [
                work.add(shape.entity, **_values(shape.entity, n, made))
                for n in range(1 if _is_only_one(shape.entity) else count)
            ]
            await work.flush()
            made[shape.entity.__tablename__] = [it.id for it in rows]
    return {it.name: made[it.entity.__tablename__] for it in shapes}


def _needs(entity):
    """Name the tables that a row refers to."""
    return {it.info["belongs_to"] for it in entity.__table__.columns if "belongs_to" in it.info}


def _is_only_one(entity):
    return any(
        isinstance(it, UniqueConstraint) and [c.name for c in it.columns] == ["tenant"]
        for it in entity.__table__.constraints
    )


def _values(entity, number, made):
    values = {}
    for it in inspect(entity).column_attrs:
        column = it.columns[0]
        if it.key in OWN:
            continue
        if table := column.info.get("belongs_to"):
            values[it.key] = made[table][number % len(made[table])]
        else:
            values[it.key] = _value(it.key, column, number)
    return values


def _value(key, column, number):
    if isinstance(column.type, ARRAY):
        return []
    if kind := getattr(column.type, "enum_class", None):
        return next(iter(kind))
    if column.type.python_type is not str:
        return SAMPLES[column.type.python_type]
    text = f"x_{number}" if key.endswith("_id") else f"{number} {key}"
    return "EUR" if column.type.length == 3 else text[: column.type.length]


def selection(type, depth=2):
    """Write everything that can be asked of a type without an argument that must be given."""
    parts = []
    for name, field in type.fields.items():
        inner = get_named_type(field.type)
        if any(map(is_required_argument, field.args.values())):
            continue
        if is_leaf_type(inner):
            parts.append(name)
        elif depth and hasattr(inner, "fields"):
            few = "(first: 2)" if "first" in field.args else ""
            parts.append(f"{name}{few} {{ {selection(inner, depth - 1)} }}")
    return " ".join(parts) or "__typename"


def lists_of(schema):
    """Give the root fields that list records, each with the type that it lists."""
    for name, field in schema.query_type.fields.items():
        page = get_named_type(field.type)
        nodes = getattr(page, "fields", {}).get("nodes")
        if nodes is not None and "first" in field.args:
            yield name, get_named_type(nodes.type)
