"""What is known of Northwind without us, and how what the graph says compares with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from deploy.cli.northwind.reading import Books, Story

CUSTOMERS, ORDERS, LINES = 91, 830, 2155
GROSS = Decimal("1354458.59")
NET = Decimal("1265793.0395")
"""Line by line to four decimals; rounding each line to cents would give 1,265,793.29."""
NET_BY_YEAR = {
    1996: Decimal("208083.97"),
    1997: Decimal("617085.20"),
    1998: Decimal("440623.87"),
}
SELLER, SELLER_ORDERS, SELLER_NET = "Margaret Peacock", 156, Decimal("232890.85")
CUSTOMER, CUSTOMER_ORDERS, CUSTOMER_NET = "QUICK-Stop", 28, Decimal("110277.31")
CONTACT = "Horst Kloss"
CENTS = Decimal("0.01")
COLUMNS = ("what", "expected", "found", "ok")
Figure = Decimal | int | str


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is known, and what the graph says of it."""

    what: str
    expected: Figure
    found: Figure

    @property
    def is_so(self) -> bool:
        return self.expected == self.found

    def row(self) -> tuple[str, str, str, str]:
        return self.what, shown(self.expected), shown(self.found), "yes" if self.is_so else "NO"


def of_books(books: Books) -> Iterator[Check]:
    """Compare the counts and the sums, worked out from every line of every order."""
    yield Check("customers", CUSTOMERS, books.customers)
    yield Check("orders", ORDERS, len(books.orders))
    yield Check("order lines", LINES, sum(it.lines for it in books.orders))
    yield Check("gross", GROSS, cents(books.gross()))
    yield Check("net of discount", cents(NET), cents(books.net()))
    yield Check("net, unrounded", NET, books.net())
    yield Check("orders that differ from their lines", 0, books.inconsistent())
    for year, net in NET_BY_YEAR.items():
        yield Check(f"net of {year}", net, cents(books.net(year=year)))
    sold = books.of_seller(SELLER)
    yield Check(f"orders of {SELLER}", SELLER_ORDERS, len(sold.orders))
    yield Check(f"net of {SELLER}", SELLER_NET, cents(sold.net()))


def of_story(story: Story) -> Iterator[Check]:
    """Compare what one query over two services tells of one customer."""
    yield Check("customer QUICK", CUSTOMER, story.name)
    yield Check("its contact", CONTACT, ", ".join(story.contacts))
    yield Check("its orders", CUSTOMER_ORDERS, len(story.orders.orders))
    yield Check("net of its orders", CUSTOMER_NET, cents(story.orders.net()))
    yield Check("orders in its timeline", CUSTOMER_ORDERS, story.told)


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENTS, ROUND_HALF_UP)


def shown(figure: Figure) -> str:
    return figure if isinstance(figure, str) else f"{figure:,}"
