"""Products in the graph."""

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
    one,
    purge,
    record,
    restore,
    update,
    update_where,
    upsert,
    verb_where,
)
from services.sales.permissions import IMPORT_HISTORY
from services.sales.products import commands, queries


@record(queries.products, "Something that we sell.")
class Product(Record):
    sku: str | None = field(
        "Its stock keeping unit, if it has one: unique.", write=True, portal=True
    )
    name: str = field("What it is called.", write=True, portal=True)
    category: str | None = field("What kind of thing it is.", write=True, portal=True)
    packaging: str | None = field(
        "How it is packed: `10 boxes x 30 bags`.", write=True, portal=True
    )
    unit_price: Money | None = field("Its list price for one unit.", write=True)
    is_active: bool = field("Whether it is offered now.", write=True)


@strawberry.type
class Query:
    product: Product | None = one(Product, "One product.")
    products: Connection[Product] | None = connection(Product, "The products.")
    product_groups = groups(Product, "The products, in groups.")


@strawberry.type
class Mutation:
    create_product = create(Product, commands.create, "Add a product.")
    update_product = update(Product, commands.update, "Change a product.")
    archive_product = archive(Product, commands.archive)
    restore_product = restore(Product, commands.restore)
    purge_product = purge(Product, commands.purge)
    update_products = update_where(Product, commands.update, "Change many products alike.")
    archive_products = verb_where(
        Product, commands.archive, "Archive many products.", name="archiveProducts"
    )
    upsert_products = upsert(
        Product,
        commands.create,
        commands.update,
        history=IMPORT_HISTORY,
    )
