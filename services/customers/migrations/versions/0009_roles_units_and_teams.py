"""Roles, organisation units, teams and their members, and where each staff user belongs."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from services.chassis.ids import new_id
from services.chassis.migrations import index_list, index_scope, protect

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.Text(collation="C")
INSTANT = sa.DateTime(timezone=True)
LIVE = sa.text("archived_at IS NULL")
STANDARD = ("ADMINISTRATOR", "SALES_MANAGER", "SALES_REPRESENTATIVE", "SERVICE_AGENT")


def upgrade() -> None:
    record(
        "staff_role",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("standard", sa.String(40)),
        sa.Column("grants", JSONB()),
    )
    record(
        "org_unit",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                *("BRANCH", "DEPARTMENT", "OTHER"),
                name=op.f("org_unit_unitkind_ck"),
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.String(200)),
        sa.Column("parent_id", ID),
        foreign("org_unit", "parent_id", "org_unit"),
    )
    record("team", sa.Column("name", sa.String(200), nullable=False))
    op.add_column("staff_user", sa.Column("unit_id", ID))
    for name in ("role_ids", "team_ids"):
        empty = sa.text("'{}'")
        op.add_column(
            "staff_user", sa.Column(name, sa.ARRAY(ID), server_default=empty, nullable=False)
        )
    keys = ["tenant", "unit_id"], ["tenant", "id"]
    op.create_foreign_key(op.f("staff_user_org_unit_fk"), "staff_user", "org_unit", *keys)
    record(
        "team_member",
        sa.Column("member_of_id", ID, nullable=False),
        sa.Column("staff_user_id", ID, nullable=False),
        foreign("team_member", "member_of_id", "team"),
        foreign("team_member", "staff_user_id", "staff_user"),
    )
    index_all()
    give_standard_roles()


def record(table: str, *columns: Any) -> None:
    now = sa.text("current_setting('app.tenant')")
    op.create_table(
        table,
        sa.Column("tenant", ID, server_default=now, nullable=False),
        sa.Column("id", ID, nullable=False),
        *columns,
        sa.Column("owner_id", ID),
        sa.Column("team_id", ID),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("created_by_kind", sa.String(20), nullable=False),
        sa.Column("created_by_id", ID, nullable=False),
        sa.Column("archived_at", INSTANT),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f(f"{table}_pk")),
    )
    protect(table)


def foreign(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant", column],
        [f"{other}.tenant", f"{other}.id"],
        name=op.f(f"{table}_{other}_fk"),
    )


def index_all() -> None:
    index_scope("staff_role", "org_unit", "team", parts=("team_member",))
    for table, key in {
        "staff_role": ("name",),
        "org_unit": ("code",),
        "team": ("name",),
    }.items():
        unique(table, *key)
    unique("staff_role", "standard")
    op.create_index(
        "team_member_uq", "team_member", ["tenant", "member_of_id", "staff_user_id"], unique=True
    )
    for table, sort in {
        "staff_role": "name",
        "org_unit": "name",
        "team": "name",
        "team_member": "created_at",
    }.items():
        op.create_index(f"{table}_by_{sort}_ix", table, ["tenant", sort, "id"])
    index_list("org_unit", ("parent_id", "name"), ("kind", "name"))
    index_list("staff_user", ("unit_id", "name"))
    for table, key in (
        *(("org_unit", "parent_id"), ("staff_user", "unit_id")),
        *(("team_member", "member_of_id"), ("team_member", "staff_user_id")),
    ):
        op.create_index(f"{table}_{key}_ix", table, ["tenant", key, "id"])


def unique(table: str, column: str) -> None:
    name, columns = f"{table}_{column}_uq", ["tenant", column]
    op.create_index(name, table, columns, unique=True, postgresql_where=LIVE)


def give_standard_roles() -> None:
    """Let companies that are there have records of the standard roles.

    They grant what each service says of them, so nobody needs to be told.
    """
    connection = op.get_bind()
    connection.execute(
        sa.text("CREATE POLICY given ON company FOR SELECT TO CURRENT_USER USING (true)")
    )
    connection.execute(sa.text("CREATE POLICY given ON staff_role TO CURRENT_USER USING (true)"))
    for tenant in connection.scalars(sa.text("SELECT tenant FROM company")).all():
        for standard in STANDARD:
            connection.execute(
                sa.text(
                    "INSERT INTO staff_role (tenant, id, name, standard, version, created_at,"
                    " updated_at, created_by_kind, created_by_id) VALUES (:tenant, :id, :name,"
                    " :standard, 1, now(), now(), 'SYSTEM', 'maintenance')"
                ),
                {
                    "tenant": tenant,
                    "id": new_id("rol"),
                    "name": standard.replace("_", " ").capitalize(),
                    "standard": standard,
                },
            )
    for table in ("company", "staff_role"):
        connection.execute(sa.text(f"DROP POLICY given ON {table}"))
