"""What the desk gives to whoever asks, be they of the company or a guest of the portal."""

from services.chassis.graph import Connection, connection, viewer
from services.service_desk.cases.graph import Case


@viewer
class Viewer:
    cases: Connection[Case] | None = connection(Case, "The cases that you may see.")
