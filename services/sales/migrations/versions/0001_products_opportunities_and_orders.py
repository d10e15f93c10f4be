"""Products, opportunities and orders, and copies of customers and staff."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from services.chassis.migrations import found, protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.Text(collation="C")
INSTANT = sa.DateTime(timezone=True)
OURS = ("customer", "opportunity", "product", "staff_user", "sales_order", "order_line")


def upgrade() -> None:
    found()
    make_customer()
    make_opportunity()
    make_product()
    make_staff_user()
    make_sales_order()
    make_order_line()
    for table in OURS:
        protect(table)


def make_customer() -> None:
    op.create_table(
        "customer",
        tenant(),
        sa.Column("id", ID, nullable=False),
        sa.Column("organisation_name", sa.String(200)),
        sa.Column("owner_id", ID),
        sa.Column("team_id", ID),
        sa.Column("tier", sa.String(200)),
        sa.Column("status", sa.String(200), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("customer_pk")),
    )


def make_opportunity() -> None:
    op.create_table(
        "opportunity",
        tenant(),
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        one_of(
            "stage",
            "SET_UP",
            "PROPOSAL_PROVIDED",
            "PROPOSAL_EVALUATED",
            "NEGOTIATION",
            "CONTRACT_SIGNED",
            "IMPLEMENTATION",
            check="opportunity_opportunitystage_ck",
        ),
        one_of("status", "OPEN", "WON", "LOST", check="opportunity_opportunitystatus_ck"),
        sa.Column("amount_value", sa.Numeric(18, 2)),
        sa.Column("amount_currency", sa.String(3)),
        sa.Column("probability", sa.Integer(), nullable=False),
        sa.Column("close_on", sa.Date()),
        one_of(
            "lost_reason",
            "PRICE",
            "COMPETITOR",
            "BUDGET",
            "TIMING",
            "FIT",
            "NO_DECISION",
            "OTHER",
            check="opportunity_lossreason_ck",
            nullable=True,
        ),
        sa.Column("lost_note", sa.String(10_000)),
        sa.Column("closed_at", INSTANT),
        sa.Column("owner_id", ID),
        sa.Column("team_id", ID),
        *record_columns(),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("opportunity_pk")),
    )
    index("opportunity", "by_close_on", "by_created_at", "by_name", "customer_id")


def make_product() -> None:
    op.create_table(
        "product",
        tenant(),
        sa.Column("id", ID, nullable=False),
        sa.Column("sku", sa.String(64)),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("category", sa.String(200)),
        sa.Column("packaging", sa.String(200)),
        sa.Column("unit_price_value", sa.Numeric(18, 4)),
        sa.Column("unit_price_currency", sa.String(3)),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        *record_columns(),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("product_pk")),
    )
    index("product", "by_created_at", "by_name")
    op.create_index(
        "product_sku_uq",
        "product",
        ["tenant", "sku"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )


def make_staff_user() -> None:
    op.create_table(
        "staff_user",
        tenant(),
        sa.Column("id", ID, nullable=False),
        sa.Column("roles", sa.ARRAY(sa.String(40)), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("staff_user_pk")),
    )


def make_sales_order() -> None:
    op.create_table(
        "sales_order",
        tenant(),
        sa.Column("id", ID, nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("opportunity_id", ID),
        one_of(
            "status",
            "DRAFT",
            "PLACED",
            "REVIEWED",
            "CONFIRMED",
            "SHIPPED",
            "CLOSED",
            "CANCELLED",
            check="sales_order_orderstatus_ck",
        ),
        sa.Column("placed_on", sa.Date()),
        sa.Column("required_on", sa.Date()),
        sa.Column("shipped_on", sa.Date()),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("freight_value", sa.Numeric(18, 2)),
        sa.Column("freight_currency", sa.String(3)),
        sa.Column("gross_value", sa.Numeric(18, 4), nullable=False),
        sa.Column("gross_currency", sa.String(3), nullable=False),
        sa.Column("net_value", sa.Numeric(18, 4), nullable=False),
        sa.Column("net_currency", sa.String(3), nullable=False),
        sa.Column("ship_to_name", sa.String(200)),
        sa.Column("ship_to_street", sa.String(200)),
        sa.Column("ship_to_city", sa.String(200)),
        sa.Column("ship_to_region", sa.String(200)),
        sa.Column("ship_to_postal_code", sa.String(20)),
        sa.Column("ship_to_country", sa.String(200)),
        sa.Column("cancel_reason", sa.String(200)),
        sa.Column("owner_id", ID),
        sa.Column("team_id", ID),
        *record_columns(),
        sa.ForeignKeyConstraint(
            ["tenant", "opportunity_id"],
            ["opportunity.tenant", "opportunity.id"],
            name=op.f("sales_order_opportunity_fk"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("sales_order_pk")),
    )
    index("sales_order", "by_created_at", "by_number", "by_placed_on", "customer_id")
    op.create_index("sales_order_number_uq", "sales_order", ["tenant", "number"], unique=True)
    index("sales_order", "opportunity_id", "owner_id")


def make_order_line() -> None:
    op.create_table(
        "order_line",
        tenant(),
        sa.Column("id", ID, nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("product_id", ID, nullable=False),
        sa.Column("quantity", sa.Numeric(18, 3), nullable=False),
        sa.Column("unit_price_value", sa.Numeric(18, 4), nullable=False),
        sa.Column("unit_price_currency", sa.String(3), nullable=False),
        sa.Column("discount_percent", sa.Numeric(5, 2), nullable=False),
        sa.Column("gross_value", sa.Numeric(18, 4), nullable=False),
        sa.Column("gross_currency", sa.String(3), nullable=False),
        sa.Column("net_value", sa.Numeric(18, 4), nullable=False),
        sa.Column("net_currency", sa.String(3), nullable=False),
        *record_columns(),
        sa.ForeignKeyConstraint(
            ["tenant", "order_id"],
            ["sales_order.tenant", "sales_order.id"],
            name=op.f("order_line_sales_order_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "product_id"],
            ["product.tenant", "product.id"],
            name=op.f("order_line_product_fk"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("order_line_pk")),
    )
    index("order_line", "by_created_at", "order_id", "product_id")


def tenant() -> sa.Column[str]:
    now = sa.text("current_setting('app.tenant')")
    return sa.Column("tenant", ID, server_default=now, nullable=False)


def one_of(column: str, *values: str, check: str, nullable: bool = False) -> sa.Column[str]:
    kind = sa.Enum(*values, name=op.f(check), native_enum=False, create_constraint=True, length=40)
    return sa.Column(column, kind, nullable=nullable)


def index(table: str, *names: str) -> None:
    for name in names:
        op.create_index(f"{table}_{name}_ix", table, ["tenant", name.removeprefix("by_"), "id"])


def record_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("created_by_kind", sa.String(20), nullable=False),
        sa.Column("created_by_id", ID, nullable=False),
        sa.Column("archived_at", INSTANT),
    ]
