"""What can be asked about buoys."""

from services.chassis.reading import Reading
from tests.toy.buoys.model import Buoy
from tests.toy.queries import READ_SHIPS

buoys = Reading(Buoy, READ_SHIPS)
