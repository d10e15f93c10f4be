"""From a cell of text to a value of the graph, or why it is none."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from deploy.cli.importing.intake import Kind
from deploy.cli.importing.mapping import PLACE, FieldRule, Scalar

Cells = Mapping[str, str]
MAX_INT, MAX_DIGITS = 2**31 - 1, 24
TRUE, FALSE = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})


class Unfit(Exception):
    """Why a text is no value for its field; said of the cell, in lower case."""


def value_of(rule: FieldRule, kind: Kind, cells: Cells) -> Any:
    """Work out a field's value for a row; null where the cell is empty and nothing stands in."""
    plain = plain_of(rule, cells)
    if plain is None or plain == "":
        return None
    if not kind.is_list:
        return converted(rule, kind, plain, cells)
    each = str(plain).split(rule.separator) if rule.separator else [str(plain)]
    return [converted(rule, kind, it.strip(), cells) for it in each]


def plain_of(rule: FieldRule, cells: Cells) -> Scalar | None:
    """Read what stands in the row, or what the mapping says stands for it."""
    if rule.value is not None:
        return rule.value
    cell = filled_in(rule.text, cells) if rule.text else cells[rule.column or ""].strip()
    if not cell:
        return rule.empty
    if rule.filled is not None:
        return rule.filled
    if rule.map:
        if cell not in rule.map:
            raise Unfit(f"'{shown(cell)}' is not in the mapping's table")
        return rule.map[cell]
    return cell.lower() if rule.lower else cell


def filled_in(text: str, cells: Cells) -> str:
    """Put the cells into a text; one that lacks a cell is empty, not half a text."""
    found = [cells[name].strip() for name in PLACE.findall(text)]
    if found and not all(found):
        return ""
    return PLACE.sub(lambda place: cells[place[1]].strip(), text)


def converted(rule: FieldRule, kind: Kind, plain: Scalar, cells: Cells) -> Any:
    if kind.values:
        if str(plain) not in kind.values:
            raise Unfit(f"'{shown(plain)}' is none of {', '.join(kind.values)}")
        return str(plain)
    if kind.name == "MoneyInput":
        currency = filled_in(rule.currency or "", cells)
        return {"amount": _decimal(rule, plain), "currency": currency}
    return CONVERTED.get(kind.name, _text)(rule, plain)


def _text(_rule: FieldRule, plain: Scalar) -> str:
    return str(plain)


def _number(rule: FieldRule, plain: Scalar) -> Decimal:
    """Read a number, and clean it: times `scale`, rounded half to even."""
    try:
        number = Decimal(str(plain)) * (rule.scale or 1)
        if number.is_finite() and abs(int(number.as_tuple().exponent)) <= MAX_DIGITS:
            return number if rule.round is None else round(number, rule.round)
    except InvalidOperation:
        pass
    raise Unfit(f"'{shown(plain)}' is no number")


def _decimal(rule: FieldRule, plain: Scalar) -> str:
    return f"{_number(rule, plain):f}"


def _integer(rule: FieldRule, plain: Scalar) -> int:
    number = _number(rule, plain)
    if number != number.to_integral_value() or abs(number) > MAX_INT:
        raise Unfit(f"'{shown(plain)}' is no whole number of at most {MAX_INT}")
    return int(number)


def _boolean(_rule: FieldRule, plain: Scalar) -> bool:
    word = str(plain).lower()
    if word not in TRUE | FALSE:
        raise Unfit(f"'{shown(plain)}' is neither yes nor no")
    return word in TRUE


def _instant(rule: FieldRule, plain: Scalar) -> datetime:
    """Read a time as `format` says, or ISO 8601; without an offset it is UTC."""
    try:
        if rule.format:
            found = datetime.strptime(str(plain), rule.format)  # noqa: DTZ007  # next but one line
        else:
            found = datetime.fromisoformat(str(plain))
    except ValueError:
        wanted = rule.format or "year-month-day"
        raise Unfit(f"'{shown(plain)}' is no date of the form {wanted}") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _date(rule: FieldRule, plain: Scalar) -> str:
    found: date = _instant(rule, plain).date()
    return found.isoformat()


def _datetime(rule: FieldRule, plain: Scalar) -> str:
    return _instant(rule, plain).astimezone(UTC).isoformat()


CONVERTED: Mapping[str, Callable[[FieldRule, Scalar], Any]] = {
    "Int": _integer,
    "Decimal": _decimal,
    "Float": _decimal,
    "Boolean": _boolean,
    "Date": _date,
    "DateTime": _datetime,
}


def shown(plain: Scalar) -> str:
    """Cut what would fill a screen."""
    text = str(plain)
    return text if len(text) <= 40 else f"{text[:40]}…"  # noqa: PLR2004  # half a line
