"""Leads, and price lists with their entries."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from services.chassis.migrations import protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.Text(collation="C")
INSTANT = sa.DateTime(timezone=True)
LIVE = sa.text("archived_at IS NULL")
SOURCES = ("CAMPAIGN", "RESPONSE", "CALL", "WEB", "EXHIBITION", "REFERRAL", "CASE")
REASONS = (
    *("NO_NEED", "NO_BUDGET", "NOT_REACHED", "NOT_A_FIT", "COMPETITOR", "DUPLICATE", "OTHER"),
)


def upgrade() -> None:
    make_lead()
    make_price_list()
    make_price_list_entry()
    for table in ("lead", "price_list", "price_list_entry"):
        protect(table)


def make_lead() -> None:
    states = ("NEW", "CONTACTED", "QUALIFIED", "DISQUALIFIED")
    op.create_table(
        "lead",
        *identity(),
        sa.Column("company_name", sa.String(200)),
        sa.Column("person_name", sa.String(200)),
        sa.Column("person_title", sa.String(200)),
        sa.Column("email", sa.String(200)),
        sa.Column("phone", sa.String(40)),
        one_of("source", *SOURCES, check="lead_leadsource_ck"),
        sa.Column("interest", sa.String(10_000)),
        one_of("status", *states, check="lead_leadstatus_ck"),
        sa.Column("contacted_at", INSTANT),
        sa.Column("qualified_at", INSTANT),
        sa.Column("disqualified_at", INSTANT),
        one_of(
            "disqualified_reason",
            *REASONS,
            check="lead_disqualificationreason_ck",
            nullable=True,
        ),
        sa.Column("disqualified_note", sa.String(10_000)),
        *record_columns(),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("lead_pk")),
    )
    index("lead", "by_company_name", "by_contacted_at", "by_created_at", "by_person_name")


def make_price_list() -> None:
    op.create_table(
        "price_list",
        *identity(),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("tier", sa.String(40)),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_until", sa.Date()),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        *record_columns(),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("price_list_pk")),
    )
    index("price_list", "by_created_at", "by_name", "by_valid_from")
    only_one_live("price_list_name_uq", "price_list", "name")


def make_price_list_entry() -> None:
    op.create_table(
        "price_list_entry",
        *identity(),
        sa.Column("price_list_id", ID, nullable=False),
        sa.Column("product_id", ID, nullable=False),
        sa.Column("minimum_quantity", sa.Numeric(18, 3), nullable=False),
        sa.Column("unit_price_value", sa.Numeric(18, 4), nullable=False),
        sa.Column("unit_price_currency", sa.String(3), nullable=False),
        *record_columns(),
        sa.ForeignKeyConstraint(
            ["tenant", "price_list_id"],
            ["price_list.tenant", "price_list.id"],
            name=op.f("price_list_entry_price_list_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "product_id"],
            ["product.tenant", "product.id"],
            name=op.f("price_list_entry_product_fk"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("price_list_entry_pk")),
    )
    index("price_list_entry", "by_created_at", "by_minimum_quantity")
    index("price_list_entry", "price_list_id", "product_id")
    only_one_live(
        "price_list_entry_quantity_uq",
        "price_list_entry",
        *("price_list_id", "product_id", "minimum_quantity"),
    )


def identity() -> list[sa.Column[str]]:
    now = sa.text("current_setting('app.tenant')")
    return [
        sa.Column("tenant", ID, server_default=now, nullable=False),
        sa.Column("id", ID, nullable=False),
    ]


def one_of(column: str, *values: str, check: str, nullable: bool = False) -> sa.Column[str]:
    kind = sa.Enum(*values, name=op.f(check), native_enum=False, create_constraint=True, length=40)
    return sa.Column(column, kind, nullable=nullable)


def index(table: str, *names: str) -> None:
    for name in names:
        op.create_index(f"{table}_{name}_ix", table, ["tenant", name.removeprefix("by_"), "id"])


def only_one_live(name: str, table: str, *columns: str) -> None:
    op.create_index(name, table, ["tenant", *columns], unique=True, postgresql_where=LIVE)


def record_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("created_by_kind", sa.String(20), nullable=False),
        sa.Column("created_by_id", ID, nullable=False),
        sa.Column("archived_at", INSTANT),
    ]
