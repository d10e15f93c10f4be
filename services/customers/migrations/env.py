"""How alembic finds the migrations of customers; the machinery stands in the chassis."""

from services.chassis.migrations import run

run("customers")
