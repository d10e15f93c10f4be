"""What can be done with a price list."""

from services.chassis.archiving import archiving, purging, restoring
from services.chassis.changes import Changes
from services.chassis.editing import creating
from services.chassis.permissions import requires
from services.chassis.work import Work
from services.sales.permissions import EDIT_PRICE_LISTS, PURGE_PRICE_LISTS
from services.sales.price_lists.events import (
    PriceListArchived,
    PriceListCreated,
    PriceListPurged,
    PriceListRestored,
    PriceListUpdated,
)
from services.sales.price_lists.model import PriceList, PriceListEntry

create = creating(PriceList, EDIT_PRICE_LISTS, PriceListCreated, check=PriceList.check)


@requires(EDIT_PRICE_LISTS, publishes=[PriceListUpdated])
async def update(work: Work, id: str, changes: Changes, version: int | None) -> PriceList:
    price_list = await work.get(PriceList, id, version=version)
    price_list.keep_currency(changes.get(PriceList.currency, price_list.currency))
    if work.change(price_list, changes):
        price_list.check()
        await work.publish(price_list.told(PriceListUpdated))
    return price_list


archive = archiving(PriceList, EDIT_PRICE_LISTS, PriceListArchived)
restore = restoring(PriceList, EDIT_PRICE_LISTS, PriceListRestored)
purge = purging(
    PriceList, PURGE_PRICE_LISTS, PriceListPurged, parts=[PriceListEntry.price_list_id]
)
