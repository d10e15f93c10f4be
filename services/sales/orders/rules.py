"""The states of an order, and what its lines come to."""

import enum
from decimal import Decimal

from services.chassis.money import EXACT, Money
from services.chassis.process import Process
from services.chassis.refusals import Bounds, OutOfRange

HUNDRED = Decimal(100)
LIMIT = Decimal(10) ** 14
"""No sum that is kept may reach this."""


class OrderStatus(enum.Enum):
    DRAFT = "DRAFT"
    PLACED = "PLACED"
    REVIEWED = "REVIEWED"
    CONFIRMED = "CONFIRMED"
    SHIPPED = "SHIPPED"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


PROCESS = Process(
    OrderStatus.DRAFT,
    {
        OrderStatus.DRAFT: frozenset({OrderStatus.PLACED, OrderStatus.CANCELLED}),
        OrderStatus.PLACED: frozenset({OrderStatus.REVIEWED, OrderStatus.CANCELLED}),
        OrderStatus.REVIEWED: frozenset({OrderStatus.CONFIRMED, OrderStatus.CANCELLED}),
        OrderStatus.CONFIRMED: frozenset({OrderStatus.SHIPPED, OrderStatus.CANCELLED}),
        OrderStatus.SHIPPED: frozenset({OrderStatus.CLOSED}),
        OrderStatus.CLOSED: frozenset(),
        OrderStatus.CANCELLED: frozenset(),
    },
)
SETTLED = frozenset({OrderStatus.SHIPPED, OrderStatus.CLOSED, OrderStatus.CANCELLED})
"""States in which an order's terms no longer change."""


def line_gross(quantity: Decimal, unit_price: Money) -> Money:
    """Give what a line comes to before its discount, to four decimals."""
    return _kept(unit_price.amount * quantity, unit_price.currency)


def line_net(quantity: Decimal, unit_price: Money, discount_percent: Decimal) -> Money:
    """Give what a line comes to after its discount, to four decimals and not to the cent."""
    share = (HUNDRED - discount_percent) / HUNDRED
    return _kept(unit_price.amount * quantity * share, unit_price.currency)


def total(amounts: Decimal, currency: str) -> Money:
    return _kept(amounts, currency)


def check_line(quantity: Decimal, unit_price: Money, discount_percent: Decimal) -> None:
    """Refuse a line of nothing, of less than nothing, or with more discount than there is."""
    if quantity <= 0:
        raise OutOfRange("a line is of more than nothing", path=("quantity",))
    if unit_price.amount < 0:
        raise OutOfRange("a price is not below zero", path=("unitPrice", "amount"))
    if not 0 <= discount_percent <= HUNDRED:
        raise OutOfRange(
            "a discount is 0 to 100 per cent",
            path=("discountPercent",),
            details=Bounds(min="0", max="100"),
        )


def _kept(amount: Decimal, currency: str) -> Money:
    if abs(amount) >= LIMIT - 1:
        raise OutOfRange("this comes to more than can be kept")
    return Money(amount, currency).rounded(EXACT)
