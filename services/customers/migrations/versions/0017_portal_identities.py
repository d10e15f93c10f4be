"""Portal identities, their sessions, and the links by which they choose a password."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from services.chassis.migrations import index_scope, protect

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ID = sa.Text(collation="C")
INSTANT = sa.DateTime(timezone=True)
DIGEST = sa.String(64)
ENDS = ("SIGNED_OUT", "ENDED", "PASSWORD_CHANGED", "DEACTIVATED", "REUSED")


def upgrade() -> None:
    kept(
        "portal_identity",
        "id",
        sa.Column("id", ID, nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("email", sa.String(200), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("activated_at", INSTANT),
        sa.Column("password_hash", sa.String(200)),
        sa.Column("owner_id", ID),
        sa.Column("team_id", ID),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("created_by_kind", sa.String(20), nullable=False),
        sa.Column("created_by_id", ID, nullable=False),
        sa.Column("archived_at", INSTANT),
        *(refers_to("portal_identity", it) for it in ("customer", "contact")),
    )
    for column in ("customer_id", "contact_id"):
        name = f"portal_identity_{column}_ix"
        op.create_index(name, "portal_identity", ["tenant", column, "id"])
    columns = ["tenant", "created_at", "id"]
    op.create_index("portal_identity_by_created_at_ix", "portal_identity", columns)
    columns = ["tenant", "contact_id"]
    op.create_index("portal_identity_contact_id_uq", "portal_identity", columns, unique=True)
    op.create_index(
        "portal_identity_email_uq",
        "portal_identity",
        ["tenant", "email"],
        unique=True,
        postgresql_where=sa.text("is_active"),
    )
    index_scope(parts=["portal_identity"])
    kept(
        "portal_session",
        "id",
        sa.Column("id", ID, nullable=False),
        sa.Column("portal_identity_id", ID, nullable=False),
        sa.Column("refresh_digest", DIGEST, nullable=False),
        sa.Column("device", sa.String(200)),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        one_of("end", "portal_session_sessionend_ck", *ENDS, nullable=True),
        refers_to("portal_session", "portal_identity", ondelete="CASCADE"),
    )
    kept(
        "portal_link",
        "digest",
        sa.Column("digest", DIGEST, nullable=False),
        sa.Column("portal_identity_id", ID, nullable=False),
        one_of("purpose", "portal_link_linkpurpose_ck", "INVITATION", "PASSWORD_RESET"),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
        refers_to("portal_link", "portal_identity", ondelete="CASCADE"),
    )
    for table, key in {"portal_session": "id", "portal_link": "digest"}.items():
        columns = ["tenant", "portal_identity_id", key]
        op.create_index(f"{table}_portal_identity_id_ix", table, columns)


def kept(table: str, key: str, *columns: Any) -> None:
    now = sa.text("current_setting('app.tenant')")
    op.create_table(
        table,
        sa.Column("tenant", ID, server_default=now, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("tenant", key, name=op.f(f"{table}_pk")),
    )
    protect(table)


def refers_to(table: str, other: str, **options: Any) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant", f"{other}_id"],
        [f"{other}.tenant", f"{other}.id"],
        name=op.f(f"{table}_{other}_fk"),
        **options,
    )


def one_of(column: str, check: str, *values: str, nullable: bool = False) -> sa.Column[str]:
    kind = sa.Enum(*values, name=op.f(check), native_enum=False, create_constraint=True, length=40)
    return sa.Column(column, kind, nullable=nullable)
