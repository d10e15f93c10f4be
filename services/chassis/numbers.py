"""Number series: `O-2026-00017`, gapless within a tenant and a year, written as a company likes.

A pattern is a text with one `{number}` in it, `{number:5}` with five digits at least, and perhaps
`{year}`: then each year counts from the start. `O-{year}-{number:5}` is the pattern of the above.
"""

import re
from dataclasses import dataclass
from datetime import MAXYEAR
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, String, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

from services.chassis.database import Entity, Personal, column
from services.chassis.refusals import Invalid

LITERAL = r"[A-Za-z0-9./_ -]*"
PATTERN = re.compile(rf"{LITERAL}(?:\{{(?:year|number(?::[1-9])?)\}}{LITERAL})+")
NUMBER = re.compile(r"\{number(?::([1-9]))?\}")
YEAR = "{year}"
LONGEST_PATTERN, LONGEST_NUMBER = 60, 40
MOST = 999_999_999


class NumberSeries(Entity):
    __tablename__ = "number_series"

    name: Mapped[str] = column(primary_key=True)
    year: Mapped[int] = column(primary_key=True)
    last: Mapped[int] = column()


class Formatted:
    """How a company has the numbers of one kind of `document` written, or a copy of that."""

    pattern: Mapped[str] = column(Personal.NONE, String(LONGEST_PATTERN))
    first_number: Mapped[int] = column(Personal.NONE, Integer, default=1, server_default="1")


@dataclass(frozen=True)
class Series:
    """A series of numbers: of one kind of document, where the company may say how it is written.

    `formats` is then the service's own table of what is `Formatted`.
    """

    name: str
    document: str = ""
    formats: Any = None

    @property
    def pattern(self) -> str:
        """Give how the numbers are written while the company has said nothing of them."""
        return f"{self.name}-{YEAR}-{{number:5}}"


def check_pattern(pattern: str) -> None:
    """Refuse a pattern whose numbers nobody could write, or that are not all different."""
    if not PATTERN.fullmatch(pattern) or len(NUMBER.findall(pattern)) != 1:
        raise Invalid(
            "a pattern is letters, digits, spaces and ./_- with one {number}, or {number:5} for "
            "five digits at least, and perhaps {year}",
            path=("pattern",),
        )
    if pattern.count(YEAR) > 1:
        raise Invalid("a pattern names the year once at most", path=("pattern",))
    if len(write_number(pattern, year=MAXYEAR, number=MOST)) > LONGEST_NUMBER:
        limit = f"its numbers could be longer than {LONGEST_NUMBER} letters"
        raise Invalid(limit, path=("pattern",))


def write_number(pattern: str, *, year: int, number: int) -> str:
    """Write a number as its pattern says."""
    digits = NUMBER.search(pattern)
    width = int(digits[1] or 1) if digits else 1
    return NUMBER.sub(f"{number:0{width}d}", pattern).replace(YEAR, str(year))


async def next_number(session: AsyncSession, series: Series, year: int) -> str:
    """Take the next number of a series; its row stays locked until the commit, so no gap.

    A pattern without a year counts on for ever, from where the years before have got to: no
    number that was given comes again.
    """
    given = {"name": series.name, "document": series.document, "year": year}
    asked = _next(series.formats.__tablename__ if series.formats else None)
    taken = (await session.execute(asked, given | {"pattern": series.pattern})).one()
    return write_number(taken.pattern, year=year, number=taken.last)


@lru_cache
def _next(formats: str | None) -> TextClause:
    given = formats or "(SELECT NULL AS pattern, NULL::int AS first_number, NULL AS document) it"
    return text(f"""
        WITH format AS (
            SELECT coalesce(max(pattern), :pattern) AS pattern,
                coalesce(max(first_number), 1) AS first_number
            FROM {given} WHERE document = :document
        ), counted AS (
            SELECT *, CASE WHEN pattern LIKE '%{YEAR}%' THEN :year ELSE 0 END AS year FROM format
        ), begun AS (
            SELECT year, greatest(first_number, (
                SELECT coalesce(max(last), 0) + 1 FROM number_series
                WHERE name = :name AND counted.year = 0
            )) AS number FROM counted
        )
        INSERT INTO number_series AS series (name, year, last)
        SELECT :name, year, number FROM begun
        ON CONFLICT (tenant, name, year) DO UPDATE SET last = greatest(
            series.last + 1, (SELECT first_number FROM format)
        )
        RETURNING last, (SELECT pattern FROM format) AS pattern
    """)  # noqa: S608  # a table's name, said by its model
