"""Orders and their lines in the graph."""

from datetime import date, datetime
from decimal import Decimal

import strawberry

from services.chassis.graph import (
    Connection,
    Money,
    Record,
    StaffUser,
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
    verb,
)
from services.sales.customers.graph import Customer
from services.sales.opportunities.graph import Opportunity
from services.sales.orders import model, queries, rules
from services.sales.orders.commands import lines, orders
from services.sales.permissions import IMPORT_HISTORY
from services.sales.products.graph import Product

described(
    rules.OrderStatus,
    "How far an order has come.",
    DRAFT="It is written; its lines may change.",
    PLACED="The customer has placed it.",
    REVIEWED="We have reviewed it.",
    CONFIRMED="We have confirmed it to the customer.",
    SHIPPED="It has left.",
    CLOSED="It is done.",
    CANCELLED="It was cancelled before it was shipped.",
)


@record(queries.orders, "What a customer has ordered.")
class Order(Record):
    created_at: datetime = field("When it was made.", history=True, portal=True)
    number: str = field("Its number, `O-2026-00017`.", portal=True)
    customer: Customer | None = reference(
        model.Order.customer_id, "Who ordered.", write=True, portal=True
    )
    opportunity: Opportunity | None = reference(
        model.Order.opportunity_id, "The opportunity that it came from.", write=True
    )
    owner: StaffUser | None = reference(model.Order.owner_id, "Who sold it.", write=True)
    status: rules.OrderStatus = field("How far it has come.", history=True, portal=True)
    placed_on: date | None = field("When it was placed.", history=True, portal=True)
    required_on: date | None = field("When the customer needs it.", write=True, portal=True)
    shipped_on: date | None = field("When it left.", history=True, portal=True)
    currency: str = field(
        "The one currency of all its amounts (ISO 4217).", write=True, portal=True
    )
    freight: Money | None = field(
        "What its transport costs; in neither total.", write=True, portal=True
    )
    gross: Money = field("What its lines come to before discounts.", portal=True)
    net: Money = field("What its lines come to after discounts, to four decimals.", portal=True)
    ship_to_name: str | None = field("Who receives it.", write=True, portal=True)
    ship_to_street: str | None = field("Street and house to ship to.", write=True, portal=True)
    ship_to_city: str | None = field("City to ship to.", write=True, portal=True)
    ship_to_region: str | None = field("Region or state to ship to.", write=True, portal=True)
    ship_to_postal_code: str | None = field("Postal code to ship to.", write=True, portal=True)
    ship_to_country: str | None = field("Country to ship to.", write=True, portal=True)
    cancel_reason: str | None = field("Why it was cancelled.")


@record(queries.lines, "One product of an order.")
class OrderLine(Record):
    order: Order | None = reference(
        model.OrderLine.order_id, "The order.", write=True, portal=True
    )
    product: Product | None = reference(
        model.OrderLine.product_id, "The product.", write=True, portal=True
    )
    quantity: Decimal = field("How many units.", write=True, portal=True)
    unit_price: Money = field(
        "What one unit costs, in the order's currency.", write=True, portal=True
    )
    discount_percent: Decimal = field("The discount, 0 to 100 per cent.", write=True, portal=True)
    gross: Money = field("Quantity times price.", portal=True)
    net: Money = field("What is left after the discount, to four decimals.", portal=True)


relate(Order, lines=many(OrderLine, model.OrderLine.order_id, "What was ordered.", portal=True))
relate(
    Customer,
    orders=many(Order, model.Order.customer_id, "What this customer has ordered.", portal=True),
)
relate(
    Opportunity,
    orders=many(Order, model.Order.opportunity_id, "What was ordered because of it."),
)


@strawberry.type
class Query:
    order: Order | None = one(Order, "One order.")
    orders: Connection[Order] | None = connection(Order, "The orders.")
    order_groups = groups(Order, "The orders, in groups.")
    order_lines: Connection[OrderLine] | None = connection(OrderLine, "The lines of all orders.")
    order_line_groups = groups(OrderLine, "The lines of all orders, in groups.")


@strawberry.type
class Mutation:
    create_order = create(Order, orders.create, "Begin an order, as a draft.")
    update_order = update(Order, orders.update, "Change an order that was not shipped.")
    place_order = verb(Order, orders.place, "Place a draft that has lines.")
    review_order = verb(Order, orders.review, "Review a placed order.")
    confirm_order = verb(
        Order,
        orders.confirm,
        "Confirm a reviewed order, if its customer may order.",
        standings=queries.standing,
    )
    ship_order = verb(Order, orders.ship, "Say that a confirmed order has left.")
    close_order = verb(Order, orders.close, "Close a shipped order.")
    cancel_order = verb(Order, orders.cancel, "Cancel an order that was not shipped.")
    archive_order = archive(Order, orders.archive)
    restore_order = restore(Order, orders.restore)
    purge_order = purge(Order, orders.purge)
    create_order_line = create(OrderLine, lines.create, "Add a line to a draft.")
    update_order_line = update(OrderLine, lines.update, "Change a line of a draft.")
    upsert_orders = upsert(
        Order,
        orders.create,
        orders.update,
        history=IMPORT_HISTORY,
    )
    upsert_order_lines = upsert(
        OrderLine,
        lines.create,
        lines.update,
        history=IMPORT_HISTORY,
        description="Add or change many lines; each order's totals are worked out once.",
    )
