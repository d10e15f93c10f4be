"""The sales of one company."""

from decimal import Decimal

from services.chassis.graph.answer import Answerer
from services.chassis.ids import new_id
from services.sales.company.queries import reckoning
from services.sales.permissions import GUESTS, ROLES, SERVICES
from services.sales.portal.model import directory
from services.sales.schema import schema
from tests.support.asking import Workplace

ORDER = "id number status version gross { amount currency } net { amount } placedOn shippedOn"
LINE = "id version gross { amount } net { amount currency } order { id }"
OPPORTUNITY = "id stage status probability lostReason closedAt version"
PRODUCT = "id sku name isActive unitPrice { amount currency }"


class Company(Workplace):
    service = "sales"
    reckoning = reckoning
    answerer = Answerer(schema())
    directory, roles, services, guests = directory, ROLES, SERVICES, GUESTS

    async def product(self, **given):
        return (await self.make("Product", PRODUCT, {"name": "Chai"} | given))["made"]["id"]

    async def order(self, **given):
        """Draft an order in dollars and give its id."""
        given = {"customerId": new_id("cus"), "currency": "USD"} | given
        done = await self.make("Order", ORDER, given)
        assert done["userErrors"] == []
        return done["made"]["id"]

    async def line(self, order, product, person=None, **given):
        given = {"orderId": order, "productId": product} | priced("18.00") | given
        return await self.make("OrderLine", LINE, {"quantity": "1"} | given, person)

    async def deed(self, deed, order, person=None, **given):
        return await self.act(f"{deed}Order", "order", ORDER, order, person, **given)

    async def seen(self, order):
        document = f"query($id: ID!) {{ order(id: $id) {{ {ORDER} }} }}"
        return (await self.ask(document, id=order))["order"]


def priced(amount, currency="USD"):
    return {"unitPrice": {"amount": amount, "currency": currency}}


def amounts(order):
    """Give what an order comes to, before discounts and after."""
    return Decimal(order["gross"]["amount"]), Decimal(order["net"]["amount"])
