"""How alembic finds the migrations of sales; the machinery stands in the chassis."""

from services.chassis.migrations import run

run("sales")
