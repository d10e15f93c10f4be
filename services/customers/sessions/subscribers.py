"""What customers does when somebody is to be sent a link: it sends it."""

from services.chassis.declaring import Subscriptions
from services.chassis.events import Event
from services.chassis.mail import MailSettings, Post
from services.chassis.work import Work
from services.customers.sessions.commands import links
from services.customers.sessions.model import LinkPurpose

subscriptions = Subscriptions("customers")


class StaffUserInvited(Event):
    type = "customers.staff_user.invited.v1"
    staff_user_id: str


class StaffUserPasswordResetAsked(Event):
    type = "customers.staff_user.password_reset_asked.v1"
    staff_user_id: str


@subscriptions.on(StaffUserInvited)
async def when_somebody_is_invited(work: Work, event: StaffUserInvited) -> None:
    await links.send(work, _post(), event.staff_user_id, LinkPurpose.INVITATION)


@subscriptions.on(StaffUserPasswordResetAsked)
async def when_somebody_wants_another_password(
    work: Work, event: StaffUserPasswordResetAsked
) -> None:
    await links.send(work, _post(), event.staff_user_id, LinkPurpose.PASSWORD_RESET)


def _post() -> Post:
    return Post.of(MailSettings())
