"""What can be asked about ships."""

from services.chassis.permissions import Permission
from services.chassis.reading import Reading
from tests.toy.model import Ship, Voyage

READ_SHIPS = Permission("toy:ship:read")

ships = Reading(Ship, READ_SHIPS)
voyages = Reading(Voyage, READ_SHIPS)
