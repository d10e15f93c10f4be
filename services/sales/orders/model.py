"""An order and its lines, and what can become of them."""

from datetime import date
from decimal import Decimal

from sqlalchemy import Index, Numeric, String
from sqlalchemy.orm import Mapped, composite

from services.chassis.database import (
    ID,
    Entity,
    Personal,
    RecordColumns,
    belongs_to,
    column,
)
from services.chassis.money import CurrencyDiffers, Money, check_currency
from services.chassis.refusals import Code, Invalid, OutOfRange, Refusal, Step
from services.chassis.scoping import Shown
from services.sales.orders.events import (
    OrderCancelled,
    OrderClosed,
    OrderConfirmed,
    OrderPlaced,
    OrderRepriced,
    OrderReviewed,
    OrderShipped,
)
from services.sales.orders.rules import (
    PROCESS,
    SETTLED,
    OrderStatus,
    check_line,
    line_gross,
    line_net,
    total,
)


class OrderNotReviewed(Refusal):
    code, reason = Code.INVALID_TRANSITION, "ORDER_NOT_REVIEWED"


class OrderEmpty(Refusal):
    code, reason = Code.GATE_NOT_MET, "ORDER_EMPTY"


class OrderNotDraft(Refusal):
    code, reason = Code.INVALID_TRANSITION, "ORDER_NOT_DRAFT"


class OrderSettled(Refusal):
    code, reason = Code.INVALID_TRANSITION, "ORDER_SETTLED"


class Order(RecordColumns, Entity):
    __tablename__, __prefix__ = "sales_order", "ord"
    __sorts__ = ("number", "placed_on", "created_at")
    __lists__ = (
        *(("status", "placed_on"), ("customer_id", "placed_on")),
        *(("owner_id", "placed_on"), ("team_id", "placed_on")),
    )
    __portal__ = Shown("customer_id", but=("status", OrderStatus.DRAFT))
    """What is only written yet is nothing that the customer has ordered."""
    __table_args__ = (
        Index("sales_order_number_uq", "tenant", "number", unique=True),
        Index("sales_order_customer_id_ix", "tenant", "customer_id", "id"),
    )

    number: Mapped[str] = column(Personal.NONE, String(40))
    customer_id: Mapped[str] = column(Personal.NONE, ID)
    opportunity_id: Mapped[str | None] = belongs_to("opportunity")
    status: Mapped[OrderStatus] = column(default=PROCESS.start)
    placed_on: Mapped[date | None] = column()
    required_on: Mapped[date | None] = column()
    shipped_on: Mapped[date | None] = column()
    currency: Mapped[str] = column(Personal.NONE, String(3))
    freight: Mapped[Money | None] = composite(
        column(Personal.NONE, "freight_value", Numeric(18, 2), nullable=True),
        column(Personal.NONE, "freight_currency", String(3), nullable=True),
    )
    gross: Mapped[Money] = composite(
        column(Personal.NONE, "gross_value", Numeric(18, 4)),
        column(Personal.NONE, "gross_currency", String(3)),
    )
    net: Mapped[Money] = composite(
        column(Personal.NONE, "net_value", Numeric(18, 4)),
        column(Personal.NONE, "net_currency", String(3)),
    )
    ship_to_name: Mapped[str | None] = column(Personal.NAME)
    ship_to_street: Mapped[str | None] = column(Personal.ADDRESS)
    ship_to_city: Mapped[str | None] = column(Personal.ADDRESS)
    ship_to_region: Mapped[str | None] = column(Personal.ADDRESS)
    ship_to_postal_code: Mapped[str | None] = column(Personal.ADDRESS, String(20))
    ship_to_country: Mapped[str | None] = column(Personal.ADDRESS)
    cancel_reason: Mapped[str | None] = column(Personal.FREE_TEXT)

    def place(self, *, has_lines: bool, on: date) -> OrderPlaced:
        self.status = PROCESS.moved(self.status, OrderStatus.PLACED)
        if not has_lines:
            step = Step(OrderStatus.DRAFT.name, OrderStatus.PLACED.name, missing=("lines",))
            raise OrderEmpty("an order without lines cannot be placed", details=step)
        self.placed_on = self.placed_on or on
        return self.told(OrderPlaced)

    def review(self) -> OrderReviewed:
        self.status = PROCESS.moved(self.status, OrderStatus.REVIEWED)
        return self.told(OrderReviewed)

    def confirm(self) -> OrderConfirmed:
        """Confirm a reviewed order; one that was only placed is refused (BR-03)."""
        if self.status in (OrderStatus.DRAFT, OrderStatus.PLACED):
            allowed = tuple(sorted(it.name for it in PROCESS.moves[self.status]))
            step = Step(self.status.name, OrderStatus.CONFIRMED.name, allowed, ("review",))
            raise OrderNotReviewed("this order was not reviewed yet", details=step)
        self.status = PROCESS.moved(self.status, OrderStatus.CONFIRMED)
        return self.told(OrderConfirmed)

    def ship(self, on: date) -> OrderShipped:
        self.status = PROCESS.moved(self.status, OrderStatus.SHIPPED)
        if self.placed_on and on < self.placed_on:
            raise OutOfRange("an order is not shipped before it is placed", path=("shippedOn",))
        self.shipped_on = on
        return self.told(OrderShipped)

    def close(self) -> OrderClosed:
        self.status = PROCESS.moved(self.status, OrderStatus.CLOSED)
        return self.told(OrderClosed)

    def cancel(self, reason: str) -> OrderCancelled:
        self.status = PROCESS.moved(self.status, OrderStatus.CANCELLED)
        self.cancel_reason = reason
        return self.told(OrderCancelled)

    def reprice(self, gross: Decimal, net: Decimal) -> OrderRepriced:
        """Take over what the lines come to together."""
        self.gross, self.net = total(gross, self.currency), total(net, self.currency)
        return self.told(OrderRepriced)

    def refuse_if_settled(self) -> None:
        if self.status in SETTLED:
            raise OrderSettled(
                f"this order is already {self.status.name.lower()}",
                details=Step(self.status.name),
            )

    def refuse_unless_draft(self) -> None:
        if self.status is not OrderStatus.DRAFT:
            raise OrderNotDraft(
                "lines change only while an order is a draft", details=Step(self.status.name)
            )

    def refuse_to_vanish(self) -> None:
        """Let only a draft be archived or purged: what was placed is cancelled, and stays."""
        if self.status is not OrderStatus.DRAFT:
            raise OrderNotDraft(
                "only a draft can be archived; cancel what was placed",
                details=Step(self.status.name),
            )

    def check_currencies(self) -> None:
        """Refuse a second currency in one order, and one that is not written as it should be."""
        check_currency(self.currency, "currency")
        if self.currency != self.net.currency:
            raise CurrencyDiffers("an order keeps its currency", path=("currency",))
        if self.freight and self.freight.currency != self.currency:
            raise CurrencyDiffers(
                f"this order is in {self.currency}", path=("freight", "currency")
            )


class OrderLine(RecordColumns, Entity):
    __tablename__, __prefix__ = "order_line", "orl"
    __sorts__ = ("created_at",)
    __lists__ = (("order_id", "created_at"), ("product_id", "created_at"))
    __part_of__ = ("order_id", Order)
    __portal__ = Shown()

    order_id: Mapped[str] = belongs_to("sales_order")
    product_id: Mapped[str] = belongs_to("product")
    quantity: Mapped[Decimal] = column(Personal.NONE, Numeric(18, 3))
    unit_price: Mapped[Money] = composite(
        column(Personal.NONE, "unit_price_value", Numeric(18, 4)),
        column(Personal.NONE, "unit_price_currency", String(3)),
    )
    discount_percent: Mapped[Decimal] = column(Personal.NONE, Numeric(5, 2), default=Decimal(0))
    gross: Mapped[Money] = composite(
        column(Personal.NONE, "gross_value", Numeric(18, 4)),
        column(Personal.NONE, "gross_currency", String(3)),
    )
    net: Mapped[Money] = composite(
        column(Personal.NONE, "net_value", Numeric(18, 4)),
        column(Personal.NONE, "net_currency", String(3)),
    )

    def price(self, order: Order) -> None:
        """Work out what the line comes to, in the currency of its order."""
        if self.order_id != order.id:
            raise Invalid("a line stays with its order", path=("orderId",))
        if self.unit_price.currency != order.currency:
            raise CurrencyDiffers(
                f"this order is in {order.currency}", path=("unitPrice", "currency")
            )
        check_line(self.quantity, self.unit_price, self.discount_percent)
        self.gross = line_gross(self.quantity, self.unit_price)
        self.net = line_net(self.quantity, self.unit_price, self.discount_percent)
