"""The first tables: what every service has, and those of the first slices."""

import sqlalchemy as sa
from alembic import op

from services.chassis.migrations import found, protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    found()
    op.create_table(
        "company",
        sa.Column(
            "tenant",
            sa.Text(collation="C"),
            server_default=sa.text("current_setting('app.tenant')"),
            nullable=False,
        ),
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("base_currency", sa.String(length=3), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_kind", sa.String(length=20), nullable=False),
        sa.Column("created_by_id", sa.Text(collation="C"), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("company_pk")),
        sa.UniqueConstraint("tenant", name="company_tenant_uq"),
    )
    op.create_table(
        "customer",
        sa.Column(
            "tenant",
            sa.Text(collation="C"),
            server_default=sa.text("current_setting('app.tenant')"),
            nullable=False,
        ),
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "ORGANISATION",
                "PERSON",
                name="customerkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "ACTIVE",
                "ON_HOLD",
                "INACTIVE",
                name="customerstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("tier", sa.String(length=40), nullable=True),
        sa.Column("industry", sa.String(length=200), nullable=True),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("revenue_value", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column("revenue_currency", sa.String(length=3), nullable=True),
        sa.Column("email", sa.String(length=200), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("website", sa.String(length=200), nullable=True),
        sa.Column("street", sa.String(length=200), nullable=True),
        sa.Column("city", sa.String(length=200), nullable=True),
        sa.Column("region", sa.String(length=200), nullable=True),
        sa.Column("postal_code", sa.String(length=40), nullable=True),
        sa.Column("country", sa.String(length=200), nullable=True),
        sa.Column("owner_id", sa.Text(collation="C"), nullable=True),
        sa.Column("team_id", sa.Text(collation="C"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_kind", sa.String(length=20), nullable=False),
        sa.Column("created_by_id", sa.Text(collation="C"), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("customer_pk")),
    )
    op.create_index(
        "customer_by_created_at_ix", "customer", ["tenant", "created_at", "id"], unique=False
    )
    op.create_index("customer_by_name_ix", "customer", ["tenant", "name", "id"], unique=False)
    op.create_table(
        "staff_user",
        sa.Column(
            "tenant",
            sa.Text(collation="C"),
            server_default=sa.text("current_setting('app.tenant')"),
            nullable=False,
        ),
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_kind", sa.String(length=20), nullable=False),
        sa.Column("created_by_id", sa.Text(collation="C"), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("staff_user_pk")),
    )
    op.create_index("staff_user_by_name_ix", "staff_user", ["tenant", "name", "id"], unique=False)
    op.create_index(
        "staff_user_email_uq",
        "staff_user",
        ["tenant", "email"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "timeline_entry",
        sa.Column(
            "tenant",
            sa.Text(collation="C"),
            server_default=sa.text("current_setting('app.tenant')"),
            nullable=False,
        ),
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("customer_id", sa.Text(collation="C"), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.Text(collation="C"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_kind", sa.String(length=20), nullable=False),
        sa.Column("created_by_id", sa.Text(collation="C"), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("timeline_entry_pk")),
    )
    op.create_index(
        "timeline_entry_by_happened_at_ix",
        "timeline_entry",
        ["tenant", "happened_at", "id"],
        unique=False,
    )
    op.create_index(
        "timeline_entry_customer_id_ix",
        "timeline_entry",
        ["tenant", "customer_id", "happened_at", "id"],
        unique=False,
    )
    op.create_table(
        "contact",
        sa.Column(
            "tenant",
            sa.Text(collation="C"),
            server_default=sa.text("current_setting('app.tenant')"),
            nullable=False,
        ),
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("customer_id", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=True),
        sa.Column("email", sa.String(length=200), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_kind", sa.String(length=20), nullable=False),
        sa.Column("created_by_id", sa.Text(collation="C"), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant", "customer_id"],
            ["customer.tenant", "customer.id"],
            name=op.f("contact_customer_fk"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("contact_pk")),
    )
    op.create_index("contact_by_name_ix", "contact", ["tenant", "name", "id"], unique=False)
    op.create_index(
        "contact_customer_id_ix", "contact", ["tenant", "customer_id", "id"], unique=False
    )
    op.create_table(
        "party_role",
        sa.Column(
            "tenant",
            sa.Text(collation="C"),
            server_default=sa.text("current_setting('app.tenant')"),
            nullable=False,
        ),
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("customer_id", sa.Text(collation="C"), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "CUSTOMER",
                "USER_UNIT",
                "PAYER",
                "SUPPLIER",
                "INTEGRATOR",
                "PARTNER",
                "DISTRIBUTOR",
                "DEPARTMENT",
                name="partyrolekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_kind", sa.String(length=20), nullable=False),
        sa.Column("created_by_id", sa.Text(collation="C"), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant", "customer_id"],
            ["customer.tenant", "customer.id"],
            name=op.f("party_role_customer_fk"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("party_role_pk")),
        sa.UniqueConstraint(
            "tenant", "customer_id", "role", name=op.f("party_role_tenant_customer_id_role_uq")
        ),
    )
    op.create_index(
        "party_role_customer_id_ix", "party_role", ["tenant", "customer_id", "id"], unique=False
    )
    op.create_table(
        "interaction",
        sa.Column(
            "tenant",
            sa.Text(collation="C"),
            server_default=sa.text("current_setting('app.tenant')"),
            nullable=False,
        ),
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("customer_id", sa.Text(collation="C"), nullable=False),
        sa.Column("contact_id", sa.Text(collation="C"), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "CALL",
                "EMAIL",
                "MEETING",
                "VISIT",
                "LETTER",
                "MESSAGE",
                "WEB",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "direction",
            sa.Enum(
                "INBOUND",
                "OUTBOUND",
                name="interactiondirection",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("notes", sa.String(length=10000), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Text(collation="C"), nullable=True),
        sa.Column("team_id", sa.Text(collation="C"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_kind", sa.String(length=20), nullable=False),
        sa.Column("created_by_id", sa.Text(collation="C"), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant", "contact_id"],
            ["contact.tenant", "contact.id"],
            name=op.f("interaction_contact_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "customer_id"],
            ["customer.tenant", "customer.id"],
            name=op.f("interaction_customer_fk"),
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("interaction_pk")),
    )
    op.create_index(
        "interaction_by_happened_at_ix",
        "interaction",
        ["tenant", "happened_at", "id"],
        unique=False,
    )
    op.create_index(
        "interaction_contact_id_ix", "interaction", ["tenant", "contact_id", "id"], unique=False
    )
    op.create_index(
        "interaction_customer_id_ix", "interaction", ["tenant", "customer_id", "id"], unique=False
    )
    for table in (
        "company",
        "customer",
        "staff_user",
        "timeline_entry",
        "contact",
        "party_role",
        "interaction",
    ):
        protect(table)
