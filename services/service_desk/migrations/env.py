"""How alembic finds the migrations of service_desk; the machinery stands in the chassis."""

from services.chassis.migrations import run

run("service_desk")
