"""Conditions: what is said of rows in SQL that is the same text for any number of values."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, any_, bindparam


def among(column: Any, values: Sequence[Any]) -> ColumnElement[bool]:
    """Say that a value is one of these, by one parameter: a statement is then planned once."""
    given = bindparam(None, list(values), ARRAY(column.type), unique=True)
    found: ColumnElement[bool] = column == any_(given)
    return found
