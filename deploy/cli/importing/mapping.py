"""The mapping file: which column of a CSV file becomes which field of the graph, and how."""

import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from deploy.local.refusals import NotThere, Refused

PLACE = re.compile(r"\{([^{}]+)\}")
"""Where a text takes in a column: `{first_name}`."""
Scalar = bool | int | str
Name = Annotated[str, Field(pattern="^[_A-Za-z][_0-9A-Za-z]*$")]


class Strict(BaseModel):
    """A table of the file in which a slip of the pen is told, not passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldRule(Strict):
    """How a field gets its value: of one column, of a text with columns in it, or the same always.

    `to` names the list in which another record is looked up by its external reference. `empty`
    and `filled` are what stands for an empty cell, and for any other.
    """

    column: str | None = None
    text: str | None = None
    value: Scalar | None = None
    to: Name | None = None
    source: str | None = None
    map: dict[str, Scalar] = {}
    empty: Scalar | None = None
    filled: Scalar | None = None
    scale: Decimal | None = None
    round: Annotated[int, Field(ge=0, le=12)] | None = None
    format: str | None = None
    currency: str | None = None
    separator: str | None = None
    lower: bool = False

    @model_validator(mode="after")
    def one_origin(self) -> "FieldRule":
        if sum(it is not None for it in (self.column, self.text, self.value)) != 1:
            raise ValueError("a field has either a column, a text or a value")
        return self

    def columns(self) -> Iterator[str]:
        if self.column is not None:
            yield self.column
        for text in (self.text, self.currency):
            yield from PLACE.findall(text or "")


class Mapping(Strict):
    """A mapping file; `id` names the columns that, joined by `/`, are the external reference."""

    kind: str
    mutation: Name
    source: Annotated[str, Field(min_length=1, max_length=200)]
    id: Annotated[list[str], Field(min_length=1)]
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    fields: dict[Name, FieldRule]
    history: dict[Name, FieldRule] = {}

    def columns(self) -> set[str]:
        """Give every column that the file must have."""
        rules = (*self.fields.values(), *self.history.values())
        return {*self.id, *(column for rule in rules for column in rule.columns())}


def read(file: Path, kind: str) -> Mapping:
    """Read a mapping file, or say in one sentence what is wrong with it."""
    try:
        found = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise NotThere(f"there is no mapping file {file}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused(f"{file} is no TOML file: {error}") from None
    mapping = _checked(file, found)
    if mapping.kind != kind:
        raise Refused(f"{file} maps {mapping.kind}, not {kind}")
    return mapping


def _checked(file: Path, found: dict[str, Any]) -> Mapping:
    if isinstance(found.get("id"), str):
        found["id"] = [found["id"]]
    try:
        return Mapping.model_validate(found)
    except ValidationError as error:
        told = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'the file'}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)
        )
        raise Refused(f"{file} is no mapping: {told}") from None
