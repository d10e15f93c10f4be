"""The toy's graph of one company."""

from services.chassis.actor import Actor, ActorKind
from services.chassis.graph.answer import Answerer
from tests.support.asking import Asker
from tests.toy import commands, queries
from tests.toy.graph import schema

ALL = frozenset(
    {
        *(queries.READ_SHIPS, commands.EDIT_SHIPS),
        *(commands.PURGE_SHIPS, commands.IMPORT_HISTORY),
        *(commands.RUN_JOBS, commands.EXPORT_SHIPS),
    }
)
REFUSED = "userErrors { code reason message path }"


class Harbour(Asker):
    """Asks as a staff user who may do everything, unless another actor is given."""

    service = "toy"
    answerer = Answerer(schema)

    async def actor(self, who):
        return who or Actor(self.tenant, "usr_1", ActorKind.USER, ALL)

    async def ship(self, **given):
        """Register a ship and give its id."""
        return await self._made("createShip", "ship", {"name": "Ann"} | given)

    async def voyage(self, ship, port, **given):
        given = {"shipId": ship, "port": port, "miles": "1"} | given
        return await self._made("sailVoyage", "voyage", given)

    async def _made(self, deed, record, given):
        done = await self.mutate(deed, f"{record} {{ id }}", input=given)
        assert done["userErrors"] == []
        return done[record]["id"]
