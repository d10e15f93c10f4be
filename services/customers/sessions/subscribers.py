"""What customers does when somebody is to be sent a link: it sends it."""

from services.chassis.declaring import Subscriptions
from services.chassis.events import Event
from services.chassis.work import Work
from services.customers.sessions.commands import links
from services.customers.sessions.model import STAFF, LinkPurpose

subscriptions = Subscriptions("customers")


class SignInLinkAsked(Event):
    type = "customers.sign_in_link.asked.v1"
    sign_in_link_id: str
    staff_user_id: str
    purpose: str


@subscriptions.on(SignInLinkAsked)
async def when_a_link_is_asked_for(work: Work, event: SignInLinkAsked) -> None:
    await links.send(work, STAFF, event.staff_user_id, LinkPurpose[event.purpose])
