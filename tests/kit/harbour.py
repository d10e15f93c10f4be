"""The toy's graph of one company."""

from decimal import Decimal

from services.chassis.actor import Actor, ActorKind
from services.chassis.graph.answer import Answerer
from services.chassis.ids import new_id
from tests.support.asking import Asker
from tests.toy import commands, model, queries
from tests.toy.buoys import commands as buoys
from tests.toy.model import Company, Rate
from tests.toy.schema import schema

ALL = frozenset(
    {
        *(queries.READ_SHIPS, commands.EDIT_SHIPS, model.SEE_ALL_SHIPS),
        *(commands.PURGE_SHIPS, commands.IMPORT_HISTORY),
        *(buoys.EDIT_BUOYS, buoys.PURGE_BUOYS),
        *(commands.RUN_JOBS, commands.EXPORT_SHIPS),
        *(commands.READ_EVENTS, commands.MEND_EVENTS, commands.READ_AUDIT),
    }
)
REFUSED = "userErrors { code reason message path }"


class Harbour(Asker):
    """Asks as a staff user who may do everything, unless another actor is given."""

    service = "toy"
    answerer = Answerer(schema)
    reckoning = queries.reckoning

    async def actor(self, who):
        return who or Actor(self.tenant, "usr_1", ActorKind.USER, ALL)

    async def ship(self, **given):
        """Register a ship and give its id."""
        return await self._made("createShip", "ship", {"name": "Ann"} | given)

    async def voyage(self, ship, port, **given):
        given = {"shipId": ship, "port": port, "miles": "1"} | given
        return await self._made("sailVoyage", "voyage", given)

    async def settle(self, base_currency="EUR", time_zone="UTC", fiscal_month=1):
        """Let it be known how the company counts."""
        async with self.works.begin(await self.actor(None)) as work:
            given = {"base_currency": base_currency, "time_zone": time_zone}
            given |= {"fiscal_month": fiscal_month, "sequence": 1}
            work.add(Company, id=new_id("com"), **given)

    async def rate(self, currency, valid_on, rate):
        """Let it be known what a currency is worth from a day on."""
        async with self.works.begin(await self.actor(None)) as work:
            given = {"currency": currency, "valid_on": valid_on, "rate": Decimal(rate)}
            work.add(Rate, id=new_id("xrt"), sequence=1, **given)

    async def _made(self, deed, record, given):
        done = await self.mutate(deed, f"{record} {{ id }}", input=given)
        assert done["userErrors"] == []
        return done[record]["id"]
