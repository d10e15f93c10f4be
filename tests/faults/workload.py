"""Clients at work: each deed under a key, tried until they know what came of it."""

import asyncio
import json

import aiohttp

from tests.faults.history import Outcome
from tests.support.asking import capitalised
from tests.system.system import record_of

PASSING = {"LOCKED", "IDEMPOTENCY_IN_PROGRESS", "DEPENDENCY_UNAVAILABLE"}
ANSWER_SECONDS = 12
TRIES, PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 200, 0.05, 1.0
MOST_RECORDS = 40
BULK = 25
AFTERWARDS = "events { id } replayed userErrors { code reason }"
EUR = "EUR"


class Unanswered(Exception):
    """Nobody knows, from this try, whether the deed was done."""


class Known:
    """The records that clients know of, and at which version they last saw them."""

    def __init__(self, chance):
        self.chance = chance
        self.versions = {}

    def see(self, kind, id, version):
        of_kind = self.versions.setdefault(kind, {})
        of_kind[id] = max(version or 1, of_kind.get(id, 0))

    def any(self, kind):
        """Give one of the latest records of a kind: many clients meet at few records."""
        return self.chance.choice(list(self.versions.get(kind, {}))[-MOST_RECORDS:])

    def version(self, kind, id):
        return self.versions[kind][id]

    def has(self, *kinds):
        return all(self.versions.get(it) for it in kinds)


class Client:
    """One who does one thing after the other, and is told of each what came of it."""

    session: aiohttp.ClientSession

    def __init__(self, company, history, known, chance):
        self.company = company
        self.history = history
        self.known = known
        self.chance = chance

    async def work(self, until_then, pace=0.0):
        """Do deeds until told to stop; with a pace, after thinking each time for about so long."""
        limit = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with aiohttp.ClientSession(timeout=limit) as self.session:
            while not until_then.is_set():
                deed = self._next_deed()
                await self.do(*deed)
                if pace:
                    await asyncio.sleep(self.chance.random() * 2 * pace)

    def _next_deed(self):
        number = len(self.history.commands) + 1
        wanted = self.chance.choices(list(DEEDS), list(DEEDS.values()))[0]
        return (wanted if self.known.has(*NEEDS.get(wanted, ())) else a_customer)(self, number)

    async def do(self, deed, given, tells=1):
        """Do it once: by one try, by several, or by two at the same time."""
        command = self.history.command(deed, given, tells)
        if self.chance.random() < 0.05:  # somebody clicks twice
            await asyncio.gather(self._persist(command), self._persist(command))
        else:
            await self._persist(command)

    async def _persist(self, command):
        pause, tried = PAUSE_SECONDS, 0
        while tried < TRIES and (not tried or command.outcome is Outcome.UNKNOWN):
            tried += 1
            request = command.try_id()
            try:
                done = await self._try(command, request)
            except Unanswered as silence:
                command.unanswered += 1
                self.history.note("unanswered", request=request, why=str(silence))
            else:
                self._learn(command, done)
                if command.outcome is not Outcome.UNKNOWN:
                    return
            await asyncio.sleep(pause * (0.5 + self.chance.random()))
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _try(self, command, request):
        body = json.dumps({"query": document(command), "variables": command.given})
        headers = {
            "content-type": "application/json",
            "authorization": f"Bearer {self.company.token}",
            "x-request-id": request,
            "idempotency-key": command.key,
        }
        self.history.note("invoked", request=request, deed=command.deed)
        url = self.company.system.graph_url
        try:
            async with self.session.post(url, data=body, headers=headers) as response:
                answer = json.loads(await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise Unanswered(type(error).__name__) from error
        if "errors" in answer or not answer.get("data"):
            raise Unanswered(str([it["extensions"].get("code") for it in answer["errors"]]))
        return answer["data"]["done"]

    def _learn(self, command, done):
        """Note what an answer says: done, refused for good, or only for now."""
        codes = {it["code"] for it in done["userErrors"]}
        reasons = ", ".join(sorted({it["reason"] or it["code"] for it in done["userErrors"]}))
        if codes & PASSING:
            self.history.note("put off", key=command.key, why=reasons)
        elif codes:
            self.history.settle(command, Outcome.REFUSED, reason=reasons)
        else:
            known = self._records_in(command, done)
            events = tuple(it["id"] for it in done["events"])
            self.history.settle(command, Outcome.ACKNOWLEDGED, events=events, **known)

    def _records_in(self, command, done):
        if command.deed.startswith("upsert"):
            rows = done["results"]
            for it in rows:
                if it["customer"]:
                    self.known.see("customer", it["id"], it["customer"]["version"])
            return {"tells": sum(it["status"] in ("CREATED", "UPDATED") for it in rows)}
        kind = record_of(command.deed)
        record = done[kind]
        self.known.see(kind, record["id"], record["version"])
        return {"record": record["id"], "version": record["version"]}


def document(command):
    """Write the mutation of a command, with what it is given as variables."""
    deed = command.deed
    kinds = {"id": "ID!", "expectedVersion": "Int", "input": f"{capitalised(deed)}Input!"}
    kinds |= {"items": f"[{capitalised(deed)}Item!]!"}
    declared = ", ".join(f"${it}: {kinds[it]}" for it in command.given)
    handed = ", ".join(f"{it}: ${it}" for it in command.given)
    made = f"{record_of(deed)} {{ id version }}"
    if deed.startswith("upsert"):
        made = "results { id status customer { version } }"
    return f"mutation({declared}) {{ done: {deed}({handed}) {{ {made} {AFTERWARDS} }} }}"


def a_customer(_client, number):
    given = {"name": f"Customer {number}", "tier": "B", "employees": number}
    return "createCustomer", {"input": given}


def edited_customer(client, number):
    return _edited(client, "customer", "updateCustomer", {"employees": number})


def many_customers(client, number):
    """Bring some in anew, and others once more: what was brought in before is changed."""
    first = client.chance.choice([number * BULK, 0])
    items = [
        {
            "externalRef": {"source": "faults", "id": str(first + it)},
            "input": {"name": f"Customer {number}-{it}", "employees": number * 100 + it},
        }
        for it in range(client.chance.randint(2, BULK))
    ]
    return "upsertCustomers", {"items": items}, None


def a_case(client, number):
    customer = client.known.any("customer")
    return "openCase", {"input": {"customerId": customer, "subject": f"Case {number}"}}


def edited_case(client, number):
    urgent = client.chance.choice(["LOW", "NORMAL", "HIGH"])
    given = {"priority": urgent, "subject": f"Case {number}"}
    return _edited(client, "case", "updateCase", given)


def resolved_case(client, number):
    given = {"id": client.known.any("case"), "input": {"resolution": f"Resolved {number}"}}
    return "resolveCase", given


def started_case(client, _number):
    return "startCase", {"id": client.known.any("case")}


def an_order(client, _number):
    given = {"customerId": client.known.any("customer"), "currency": EUR}
    return "createOrder", {"input": given}


def a_line(client, number):
    price = {"amount": f"{number % 90 + 1}.50", "currency": EUR}
    line = {"orderId": client.known.any("order"), "productId": client.known.any("product")}
    return "createOrderLine", {"input": line | {"quantity": "2", "unitPrice": price}}


def placed_order(client, _number):
    return "placeOrder", {"id": client.known.any("order")}


def cancelled_order(client, number):
    given = {"id": client.known.any("order"), "input": {"reason": f"Cancelled {number}"}}
    return "cancelOrder", given


def a_product(_client, number):
    return "createProduct", {"input": {"name": f"Product {number}"}}


def an_opportunity(client, number):
    given = {"customerId": client.known.any("customer"), "name": f"Opportunity {number}"}
    amount = {"amount": f"{number}.00", "currency": EUR}
    return "createOpportunity", {"input": given | {"amount": amount}}


def edited_opportunity(client, number):
    given = {"name": f"Opportunity {number}"}
    return _edited(client, "opportunity", "updateOpportunity", given)


def advanced_opportunity(client, _number):
    return "advanceOpportunity", {"id": client.known.any("opportunity")}


def _edited(client, kind, deed, given):
    """Edit the version that was seen last, or one that may be old by now."""
    id = client.known.any(kind)
    version = client.known.version(kind, id)
    stale = client.chance.random() < 0.1
    expected = max(1, version - 1) if stale else version
    return deed, {"id": id, "input": given, "expectedVersion": expected}


DEEDS = {
    a_customer: 8,
    edited_customer: 20,
    many_customers: 2,
    a_product: 2,
    an_order: 8,
    a_line: 10,
    placed_order: 5,
    cancelled_order: 2,
    an_opportunity: 6,
    edited_opportunity: 8,
    advanced_opportunity: 6,
    a_case: 8,
    edited_case: 10,
    started_case: 4,
    resolved_case: 3,
}
NEEDS = {
    edited_customer: ("customer",),
    an_order: ("customer",),
    a_line: ("order", "product"),
    placed_order: ("order",),
    cancelled_order: ("order",),
    an_opportunity: ("customer",),
    edited_opportunity: ("opportunity",),
    advanced_opportunity: ("opportunity",),
    a_case: ("customer",),
    edited_case: ("case",),
    started_case: ("case",),
    resolved_case: ("case",),
}
