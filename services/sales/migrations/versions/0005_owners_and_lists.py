"""Who answers for each record, and the indexes of what lists are asked for."""

from alembic import op

from services.chassis.migrations import found_search, index_list, index_scope, index_text, own

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    found_search()
    own("product", "order_line", "lead", "price_list", "price_list_entry")
    op.drop_index("sales_order_owner_id_ix")
    index_scope(
        *("product", "lead", "opportunity", "sales_order", "price_list"),
        parts=("order_line", "price_list_entry"),
    )
    index_list("product", ("is_active", "name"), ("category", "name"))
    index_list(
        "opportunity",
        *(("status", "close_on"), ("stage", "close_on"), ("customer_id", "close_on")),
        *(("owner_id", "close_on"), ("owner_id", "status", "close_on"), ("team_id", "close_on")),
    )
    index_list(
        "sales_order",
        *(("status", "placed_on"), ("customer_id", "placed_on")),
        *(("owner_id", "placed_on"), ("team_id", "placed_on")),
    )
    index_list("order_line", ("order_id", "created_at"), ("product_id", "created_at"))
    index_list(
        "lead",
        *(("status", "created_at"), ("source", "created_at")),
        *(("owner_id", "created_at"), ("owner_id", "status", "created_at")),
        ("team_id", "created_at"),
    )
    index_list("price_list", ("is_active", "name"), ("tier", "name"))
    index_list(
        "price_list_entry",
        *(("price_list_id", "minimum_quantity"), ("product_id", "minimum_quantity")),
    )
    index_text("product", "name")
    index_text("lead", "company_name")
    index_text("lead", "person_name")
    index_text("price_list", "name")
    index_text("opportunity", "name")
