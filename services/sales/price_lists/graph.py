"""Price lists and their entries in the graph."""

from datetime import date
from decimal import Decimal

import strawberry

from services.chassis.graph import (
    Connection,
    Money,
    Record,
    archive,
    connection,
    create,
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
    update_where,
    upsert,
)
from services.sales.permissions import IMPORT_HISTORY
from services.sales.price_lists import model, queries
from services.sales.price_lists.commands import entries, price_lists
from services.sales.products.graph import Product


@record(queries.price_lists, "What products cost: for some customers, and for some time.")
class PriceList(Record):
    name: str = field("What it is called: unique.", write=True)
    currency: str = field("The currency of all its prices (ISO 4217); it stays.", write=True)
    tier: str | None = field("For which class of customers it is; null for all.", write=True)
    valid_from: date | None = field("The first day of its prices; null for always.", write=True)
    valid_until: date | None = field("The last day of its prices; null for ever.", write=True)
    is_active: bool = field("Whether it is used at all.", write=True)


@record(queries.entries, "What one unit of a product costs, from a quantity on.")
class PriceListEntry(Record):
    price_list: PriceList | None = reference(
        model.PriceListEntry.price_list_id,
        "The list that it stands in; it stays there.",
        write=True,
    )
    product: Product | None = reference(
        model.PriceListEntry.product_id, "What is priced.", write=True
    )
    minimum_quantity: Decimal = field(
        "From which quantity on: one entry for each product and quantity.", write=True
    )
    unit_price: Money = field("What one unit costs.", write=True)


relate(
    PriceList,
    entries=many(PriceListEntry, model.PriceListEntry.price_list_id, "Its prices."),
)
relate(
    Product,
    price_list_entries=many(
        PriceListEntry, model.PriceListEntry.product_id, "What it costs by which list."
    ),
)


@strawberry.type
class Query:
    price_list: PriceList | None = one(PriceList, "One price list.")
    price_lists: Connection[PriceList] | None = connection(PriceList, "The price lists.")
    price_list_groups = groups(PriceList, "The price lists, in groups.")
    price_list_entry: PriceListEntry | None = one(PriceListEntry, "One entry of a price list.")
    price_list_entries: Connection[PriceListEntry] | None = connection(
        PriceListEntry, "The entries of price lists."
    )
    price_list_entry_groups = groups(PriceListEntry, "The entries of price lists, in groups.")


@strawberry.type
class Mutation:
    create_price_list = create(PriceList, price_lists.create, "Open a price list.")
    update_price_list = update(PriceList, price_lists.update, "Change a price list.")
    archive_price_list = archive(PriceList, price_lists.archive)
    restore_price_list = restore(PriceList, price_lists.restore)
    purge_price_list = purge(PriceList, price_lists.purge)
    update_price_lists = update_where(
        PriceList, price_lists.update, "Change many price lists alike."
    )
    upsert_price_lists = upsert(
        PriceList, price_lists.create, price_lists.update, history=IMPORT_HISTORY
    )
    create_price_list_entry = create(PriceListEntry, entries.create, "Price a product.")
    update_price_list_entry = update(PriceListEntry, entries.update, "Change a price.")
    archive_price_list_entry = archive(PriceListEntry, entries.archive)
    restore_price_list_entry = restore(PriceListEntry, entries.restore)
    purge_price_list_entry = purge(PriceListEntry, entries.purge)
    update_price_list_entries = update_where(
        PriceListEntry, entries.update, "Change many prices alike.", plural="PriceListEntries"
    )
    upsert_price_list_entries = upsert(
        PriceListEntry,
        entries.create,
        entries.update,
        history=IMPORT_HISTORY,
        plural="PriceListEntries",
    )
