"""What a company does, so that every kind of event is told at least once; and what it tells."""

from tests.support.waiting import until
from tests.system import coming_in
from tests.system.system import PASSWORD

TIN = {"amount": "9.00", "currency": "EUR"}


async def done(company, deed, id, given=None):
    answer = await company.do(deed, id, given)
    assert answer["userErrors"] == [], (deed, answer)
    return answer


async def in_turn(company, id, *deeds):
    for deed in deeds:
        await done(company, deed, id)


async def put_away(company, kind, id, *, purged=True):
    """Archive a record, bring it back, and remove it for ever."""
    steps = [f"archive{kind}", f"restore{kind}"]
    steps += [f"archive{kind}", f"purge{kind}"] if purged else []
    await in_turn(company, id, *steps)


async def play(company, *, are_heard=True):
    """Do every deed, with a canary wherever a person or their words may stand.

    Where events are not heard, other services do not know of a new colleague.
    """
    viewer = (await company.ask("{ viewer { id } }"))["viewer"]["id"]
    firm, seller = await with_customers(company)
    await with_settings(company)
    await coming_in.with_organisation(company, seller, done, put_away)
    await coming_in.with_locks_and_links(company)
    await coming_in.with_guests(company, firm)
    await coming_in.with_second_factors(company, seller)
    await with_tasks(company, firm, seller)
    product = await with_products(company)
    await with_leads(company, seller if are_heard else viewer)
    await with_opportunities(company, firm, viewer)
    await with_orders(company, firm, product)
    await with_cases(company, firm, viewer)


async def with_customers(company):
    there = {"street": "Canary Street 1", "phone": "+4943112345"}
    firm = await company.customer(name="Nordlicht", **there)
    person = await company.customer(name="Canary Person", kind="PERSON", **there)
    staff = {"name": "Canary Staff", "email": "canary.staff@company.example"}
    seller = await company.make("createStaffUser", staff | {"roles": ["SALES_REPRESENTATIVE"]})
    await company.do("setStaffUserPassword", seller, {"password": PASSWORD})
    await done(company, "updateStaffUser", seller, {"roles": ["SALES_MANAGER"]})
    await done(company, "updateCustomer", firm, {"name": "Nordlicht Kontor", "tier": "A"})
    await done(company, "assignPartyRole", firm, {"role": "PARTNER"})
    await done(company, "updateCustomer", person, {"name": "Canary Person II"})
    shared = {"principalIds": [seller], "permissions": ["EDIT"]}
    await done(company, "shareCustomer", person, shared)
    await done(company, "revokeCustomerShares", person, {"principalIds": [seller]})
    await done(company, "assignCustomerOwner", person, {"ownerId": seller})
    await done(company, "holdCustomer", person)
    contact = {"customerId": firm, "name": "Canary Contact", "email": "canary.contact@x.example"}
    contact = await company.make("createContact", contact)
    await done(company, "updateContact", contact, {"title": "Canary Contact"})
    await put_away(company, "Contact", contact)
    other = await company.customer(name="Canary Person III", kind="PERSON")
    await put_away(company, "Customer", other)
    call = {"customerId": firm, "channel": "CALL", "direction": "INBOUND"}
    call |= {"subject": "Canary Subject", "notes": "Canary Notes"}
    await company.make("logInteraction", call | {"happenedAt": "2026-01-02T03:04:05Z"})
    return firm, seller


async def with_settings(company):
    own = (await company.ask("{ company { id } }"))["company"]["id"]
    await done(company, "updateCompany", own, {"fiscalMonth": 4})
    rate = {"currency": "CNY", "validOn": "2026-01-02", "rate": "0.12"}
    rate = await company.make("createExchangeRate", rate)
    await done(company, "updateExchangeRate", rate, {"rate": "0.125"})
    await put_away(company, "ExchangeRate", rate, purged=False)
    format = {"document": "ORDER", "pattern": "{year}/{number:4}"}
    format = await company.make("createNumberFormat", format)
    await done(company, "updateNumberFormat", format, {"firstNumber": 100})
    await put_away(company, "NumberFormat", format, purged=False)


async def with_tasks(company, firm, seller):
    task = await company.make("createTask", {"customerId": firm, "subject": "Canary Task"})
    await done(company, "updateTask", task, {"priority": "HIGH"})
    await done(company, "reassignTask", task, {"ownerId": seller})
    await done(company, "startTask", task)
    await done(company, "completeTask", task, {"outcome": "Canary Outcome"})
    await in_turn(company, task, "reopenTask", "cancelTask")
    await put_away(company, "Task", task)


async def with_products(company):
    product = await company.make("createProduct", {"name": "Lamp", "unitPrice": TIN})
    await done(company, "updateProduct", product, {"name": "Lantern"})
    await put_away(company, "Product", await company.make("createProduct", {"name": "Wick"}))
    prices = await company.make("createPriceList", {"name": "Trade", "currency": "EUR"})
    await done(company, "updatePriceList", prices, {"tier": "A"})
    entry = {"priceListId": prices, "productId": product, "unitPrice": TIN}
    entry = await company.make("createPriceListEntry", entry)
    await done(company, "updatePriceListEntry", entry, {"minimumQuantity": "10"})
    await put_away(company, "PriceListEntry", entry)
    await put_away(company, "PriceList", prices)
    return product


async def with_leads(company, owner):
    given = {"personName": "Canary Lead", "email": "canary.lead@x.example", "source": "WEB"}
    lead = await company.make("createLead", given | {"interest": "Canary Interest"})
    await done(company, "updateLead", lead, {"source": "REFERRAL"})

    async def is_assigned():
        return not (await company.do("assignLead", lead, {"ownerId": owner}))["userErrors"]

    await until(is_assigned)  # sales learns of a colleague by an event
    await done(company, "disqualifyLead", lead, {"reason": "OTHER", "note": "Canary Interest"})
    await put_away(company, "Lead", lead)


async def with_opportunities(company, firm, viewer):
    given = {"customerId": firm, "name": "Canary Quay", "amount": TIN}
    lost = await company.make("createOpportunity", given)
    await done(company, "updateOpportunity", lost, {"name": "Canary Quay II"})
    await done(company, "advanceOpportunity", lost)
    shared = {"principalIds": [viewer], "permissions": ["EDIT"]}
    await done(company, "shareOpportunity", lost, shared)
    await done(company, "revokeOpportunityShares", lost, {"principalIds": [viewer]})
    await done(company, "loseOpportunity", lost, {"reason": "OTHER", "note": "Canary Loss"})
    await put_away(company, "Opportunity", lost)
    won = await company.make("createOpportunity", given)
    steps = ["advanceOpportunity"] * 3
    await in_turn(company, won, *steps, "winOpportunity")


async def with_orders(company, firm, product):
    given = {"customerId": firm, "currency": "EUR"}
    shipped, cancelled, dropped = [await company.make("createOrder", given) for _ in range(3)]
    line = {"productId": product, "quantity": "3", "unitPrice": TIN}
    await company.make("createOrderLine", line | {"orderId": shipped})
    await in_turn(company, shipped, "placeOrder", "reviewOrder")
    await done(company, "updateOrder", shipped, {"shipToName": "Canary Dock"})
    await done(company, "confirmOrder", shipped)
    asked = await company.ask("query($id: ID!) { order(id: $id) { placedOn } }", id=shipped)
    await done(company, "shipOrder", shipped, {"shippedOn": asked["order"]["placedOn"]})
    await done(company, "closeOrder", shipped)
    await done(company, "cancelOrder", cancelled, {"reason": "Canary Notes"})
    await put_away(company, "Order", dropped)


async def with_cases(company, firm, viewer):
    given = {"customerId": firm, "subject": "Canary Case", "description": "Canary Notes"}
    case = await company.make("openCase", given)
    await done(company, "updateCase", case, {"priority": "HIGH"})
    await done(company, "assignCase", case, {"ownerId": viewer})
    await in_turn(company, case, "startCase", "waitOnCase", "startCase")
    await done(company, "resolveCase", case, {"resolution": "Canary Resolution"})
    await done(company, "reopenCase", case, {"reason": "Canary Notes"})
    await done(company, "resolveCase", case, {"resolution": "Canary Resolution"})
    await done(company, "closeCase", case)
    await put_away(company, "Case", case)
