"""What customers answers over gRPC: how customers stand, as fresh as it can be."""

from services.chassis.permissions import granted
from services.chassis.refusals import Forbidden, LimitExceeded
from services.chassis.rpc import Answers, Call
from services.customers.customers import queries
from services.customers.customers.model import CustomerStatus
from services.customers.permissions import ASK_STANDING, SERVICES
from services.stubs import customers_pb2 as contract

MAX_IDS = 200
STANDINGS = {
    CustomerStatus.ACTIVE: contract.STANDING_GOOD,
    CustomerStatus.ON_HOLD: contract.STANDING_ON_HOLD,
    CustomerStatus.INACTIVE: contract.STANDING_INACTIVE,
    None: contract.STANDING_UNKNOWN,
}

answers = Answers(contract.DESCRIPTOR.services_by_name["Customers"])


@answers.to("Standing")
async def standing(call: Call, asked: contract.StandingRequest) -> contract.StandingReply:
    """Tell how each of these customers stands, in the order in which they were asked."""
    if ASK_STANDING not in granted(SERVICES, [call.caller.subject]):
        raise Forbidden(f"this needs the permission {ASK_STANDING}")
    if len(asked.customer_ids) > MAX_IDS:
        raise LimitExceeded(f"at most {MAX_IDS} customers at once")
    async with call.reading() as connection:
        found = await queries.standings(connection, asked.customer_ids)
    told = [
        contract.CustomerStanding(customer_id=id, standing=STANDINGS[found.get(id)])
        for id in asked.customer_ids
    ]
    return contract.StandingReply(standings=told)
