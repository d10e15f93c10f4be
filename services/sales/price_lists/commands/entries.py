"""What can be done with the entries of a price list."""

from services.chassis.archiving import archiving, purging, restoring
from services.chassis.changes import Changes
from services.chassis.permissions import requires
from services.chassis.refusals import named_by
from services.chassis.work import Work
from services.sales.permissions import EDIT_PRICE_LISTS, PURGE_PRICE_LISTS
from services.sales.price_lists.events import (
    PriceListEntryArchived,
    PriceListEntryCreated,
    PriceListEntryPurged,
    PriceListEntryRestored,
    PriceListEntryUpdated,
)
from services.sales.price_lists.model import PriceList, PriceListEntry


@requires(EDIT_PRICE_LISTS, publishes=[PriceListEntryCreated])
async def create(work: Work, values: Changes) -> PriceListEntry:
    with named_by("priceListId"):
        price_list = await work.get(PriceList, values[PriceListEntry.price_list_id])
    entry = work.add(PriceListEntry, values)
    entry.price(price_list)
    await work.publish(entry.told(PriceListEntryCreated))
    return entry


@requires(EDIT_PRICE_LISTS, publishes=[PriceListEntryUpdated])
async def update(work: Work, id: str, changes: Changes, version: int | None) -> PriceListEntry:
    entry = await work.get(PriceListEntry, id, version=version)
    price_list = await work.get(PriceList, entry.price_list_id)
    if work.change(entry, changes):
        entry.price(price_list)
        await work.publish(entry.told(PriceListEntryUpdated))
    return entry


archive = archiving(PriceListEntry, EDIT_PRICE_LISTS, PriceListEntryArchived)
restore = restoring(PriceListEntry, EDIT_PRICE_LISTS, PriceListEntryRestored)
purge = purging(PriceListEntry, PURGE_PRICE_LISTS, PriceListEntryPurged)
