"""What is done with customers: once one is put away, nobody comes in for it any more."""

from services.chassis.permissions import SharePermission, published_by, requires
from services.chassis.work import Work
from services.customers.customers import commands
from services.customers.customers.model import Customer
from services.customers.permissions import EDIT_CUSTOMERS
from services.customers.portal import queries
from services.customers.portal.commands.identities import shut
from services.customers.portal.events import (
    PortalIdentityDeactivated,
    PortalIdentitySessionEnded,
)
from services.customers.portal.model import PortalIdentity


@requires(
    EDIT_CUSTOMERS,
    publishes=[
        *published_by(commands.archive),
        *(PortalIdentityDeactivated, PortalIdentitySessionEnded),
    ],
    act=SharePermission.DELETE,
)
async def archive(work: Work, id: str) -> Customer:
    customer = await commands.archive(work, id)
    for it in await queries.of(work.session, PortalIdentity.customer_id, id):
        await shut(work, it)
    return customer
