"""The desk of one company."""

from services.chassis.graph.answer import Answerer
from services.chassis.ids import new_id
from services.service_desk.company.queries import reckoning
from services.service_desk.permissions import GUESTS, ROLES, SERVICES
from services.service_desk.portal.model import directory
from services.service_desk.schema import schema
from tests.support.asking import AFTERWARDS, Workplace

CASE = "case { id number status priority version resolution resolvedAt closedAt owner { id } }"
RESULT = f"{{ {CASE} {AFTERWARDS} }}"


class Desk(Workplace):
    service = "service_desk"
    reckoning = reckoning
    answerer = Answerer(schema())
    directory, roles, services, guests = directory, ROLES, SERVICES, GUESTS

    async def do(self, deed, id, person=None, **given):
        """Do one of the deeds that a case knows, such as `resolveCase`."""
        asked = {"id": id, "input": given} if given else {"id": id}
        return await self.mutate(deed, CASE, person, **asked)

    async def open(self, person=None, **given):
        given = {"customerId": new_id("cus"), "subject": "The lamp does not burn"} | given
        return await self.mutate("openCase", CASE, person, input=given)

    async def opened(self, **given):
        """Open a case and give its id."""
        return (await self.open(**given))["case"]["id"]
