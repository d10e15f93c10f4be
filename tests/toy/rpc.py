"""What the toy answers over gRPC."""

from services.chassis.refusals import NotFound
from services.chassis.rpc import Answers
from tests.support.contracts import toy_contract

toy_pb2 = toy_contract()
answers = Answers(toy_pb2.DESCRIPTOR.services_by_name["Ships"])


@answers.to("GetShip")
async def get_ship(call, asked):
    if asked.how == "absent":
        raise NotFound("there is no such ship")
    return toy_pb2.ShipAnswer(told=f"{asked.how} for {call.actor.id}")
