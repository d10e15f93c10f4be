"""Who answers for each record, and the indexes of what lists are asked for."""

from alembic import op

from services.chassis.migrations import found_search, index_list, index_scope, index_text, own

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    found_search()
    own(
        "company", "exchange_rate", "contact", "task", "party_role", "staff_user", "timeline_entry"
    )
    index_scope(
        *("company", "exchange_rate", "contact", "customer", "interaction", "task", "staff_user"),
        parts=("party_role", "timeline_entry"),
    )
    index_list(
        "customer",
        *(("status", "name"), ("tier", "name")),
        *(("owner_id", "name"), ("owner_id", "created_at"), ("team_id", "name")),
    )
    index_list("contact", ("customer_id", "name"), ("owner_id", "name"), ("team_id", "name"))
    index_list(
        "interaction",
        *(("customer_id", "happened_at"), ("contact_id", "happened_at")),
        *(("owner_id", "happened_at"), ("team_id", "happened_at")),
    )
    index_list(
        "task",
        *(("status", "due_at"), ("customer_id", "due_at")),
        *(("owner_id", "due_at"), ("owner_id", "status", "due_at"), ("team_id", "due_at")),
    )
    index_list("staff_user", ("is_active", "name"))
    index_list("exchange_rate", ("currency", "valid_on"))
    index_list("timeline_entry", ("customer_id", "happened_at"))
    index_text("customer", "name")
    index_text("contact", "name")
    op.drop_index("timeline_entry_customer_id_ix")
    columns = ["tenant", "customer_id", "id"]
    op.create_index("timeline_entry_customer_id_ix", "timeline_entry", columns)
