"""What can be asked about ships."""

from services.chassis.exchange import Reckoning
from services.chassis.permissions import Permission
from services.chassis.reading import Reading
from tests.toy.model import Company, Rate, Ship, Voyage

READ_SHIPS = Permission("toy:ship:read")

ships = Reading(Ship, READ_SHIPS)
reckoning = Reckoning(Company, Rate)
voyages = Reading(Voyage, READ_SHIPS)
