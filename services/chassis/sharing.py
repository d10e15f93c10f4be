"""Sharing: the same deeds for every record type of which single records can be shared.

| deed | does |
|---|---|
| share, revoke | at once |
| open | begins a draft with what is shared by now |
| change, toggle, reset | change the draft, and nothing else |
| apply | does what the draft changes, and ends it |
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from sqlalchemy import ARRAY, bindparam, or_, select

from services.chassis import shares, ticking
from services.chassis.actor import Actor
from services.chassis.conditions import among
from services.chassis.database import ID
from services.chassis.differences import Difference
from services.chassis.events import Shared, Unshared
from services.chassis.ids import is_possible
from services.chassis.permissions import Permission, SharePermission, requires
from services.chassis.refusals import (
    Code,
    Forbidden,
    Invalid,
    LimitExceeded,
    NotFound,
    Refusal,
    Step,
)
from services.chassis.scoping import holds, lies_within
from services.chassis.shares import RecordShare, ShareDraft
from services.chassis.ticking import Ticks
from services.chassis.work import Work

Command = Callable[..., Awaitable[Any]]
MOST_SHARES = 100
"""With so many people and teams a record is shared at the most."""
Principals = Annotated[list[str], "Staff users and teams, by their ids."]
Allowed = Annotated[
    list[SharePermission], "What they may do; whoever may do anything may view it too."
]


class ShareDraftNotOpen(Refusal):
    code, reason = Code.INVALID_TRANSITION, "SHARE_DRAFT_NOT_OPEN"


@dataclass(frozen=True)
class Shareable:
    """A record type of which single records can be shared.

    `by` names the permission that each act needs of whoever shares it: nobody gives what they may
    not do. `staff` are those who are known to work here, with their teams.
    """

    entity: type[Any]
    by: Mapping[SharePermission, Permission]
    staff: type[Any]
    shared: type[Shared]
    unshared: type[Unshared]

    def __post_init__(self) -> None:
        self.entity.__shared__ = True

    @property
    def permission(self) -> Permission:
        return self.by[SharePermission.SHARE]


@dataclass(frozen=True)
class Sharing:
    """The commands of a record type that can be shared."""

    share: Command
    revoke: Command
    open: Command
    change: Command
    toggle: Command
    reset: Command
    apply: Command


def sharing(of: Shareable) -> Sharing:
    """Make the commands that share records of a type."""
    share, revoke = _at_once(of)
    open_draft, apply = _from_open_to_apply(of)
    return Sharing(share, revoke, open_draft, *_on_draft(of), apply)


def _at_once(of: Shareable) -> tuple[Command, Command]:
    @requires(of.permission, publishes=[of.shared], act=SharePermission.SHARE)
    async def share(
        work: Work, id: str, *, principal_ids: Principals, permissions: Allowed
    ) -> Any:
        record = await work.lock(of.entity, id)
        acts = ticking.closed(map(SharePermission, permissions))
        if not acts:
            raise Invalid("a share permits something; else revoke it", path=("permissions",))
        await _require_known(work, of, principal_ids)
        await _bring_about(work, of, record, dict.fromkeys(principal_ids, acts))
        return record

    @requires(of.permission, publishes=[of.unshared], act=SharePermission.SHARE)
    async def revoke(work: Work, id: str, *, principal_ids: Principals) -> Any:
        record = await work.lock(of.entity, id, archived=True)
        _refuse_too_many(principal_ids)
        await _bring_about(work, of, record, dict.fromkeys(principal_ids, ticking.NONE))
        return record

    return share, revoke


def _from_open_to_apply(of: Shareable) -> tuple[Command, Command]:
    @requires(of.permission, act=SharePermission.SHARE)
    async def open_draft(work: Work, id: str) -> Any:
        record = await work.lock(of.entity, id)
        await shares.forget_abandoned(work.session, work.actor.id, work.now)
        stored = await _stored(work, id)
        draft = await shares.draft(work.session, work.actor.id, id)
        if draft is None:
            draft = ShareDraft(tenant=work.actor.tenant, record_id=id, opened_by_id=work.actor.id)
            work.session.add(draft)
        draft.opened_at = work.now
        draft.stored = draft.chosen = ticking.written_ticks(stored)
        return record

    @requires(of.permission, publishes=[of.shared, of.unshared], act=SharePermission.SHARE)
    async def apply(work: Work, id: str) -> Any:
        """Do what the draft changes; what others have shared since it was opened stays."""
        record = await work.lock(of.entity, id)
        draft = await _draft(work, id)
        wanted = ticking.changes(ticking.read_ticks(draft.stored), draft.ticks)
        await _require_known(work, of, [it for it, acts in wanted.items() if acts])
        await _bring_about(work, of, record, wanted)
        await work.session.delete(draft)
        return record

    return open_draft, apply


def _on_draft(of: Shareable) -> tuple[Command, Command, Command]:
    @requires(of.permission, act=SharePermission.SHARE)
    async def change(
        work: Work, id: str, *, principal_ids: Principals, permissions: Allowed
    ) -> Any:
        record = await work.get(of.entity, id)
        draft = await _draft(work, id)
        acts = [SharePermission(it) for it in permissions]
        await _choose(work, of, draft, ticking.chosen(draft.ticks, principal_ids, acts))
        return record

    @requires(of.permission, act=SharePermission.SHARE)
    async def toggle(work: Work, id: str, *, principal_ids: Principals) -> Any:
        record = await work.get(of.entity, id)
        draft = await _draft(work, id)
        await _choose(work, of, draft, ticking.toggled(draft.ticks, principal_ids))
        return record

    @requires(of.permission, act=SharePermission.SHARE)
    async def reset(work: Work, id: str) -> Any:
        record = await work.get(of.entity, id)
        draft = await _draft(work, id)
        draft.chosen = draft.stored
        return record

    return change, toggle, reset


async def _draft(work: Work, id: str) -> ShareDraft:
    draft = await shares.draft(work.session, work.actor.id, id)
    if draft is None:
        told = "you have no draft of shares open on this record"
        raise ShareDraftNotOpen(told, details=Step(missing=("open",)))
    return draft


async def _choose(work: Work, of: Shareable, draft: ShareDraft, ticks: Ticks) -> None:
    _refuse_too_many(ticks)
    await _require_known(work, of, [it for it in ticks if it not in draft.ticks])
    draft.chosen = ticking.written_ticks(ticks)


async def _stored(work: Work, id: str) -> Ticks:
    return {it: kept.acts for it, kept in (await shares.of_record(work.session, id)).items()}


def _refuse_too_many(ids: Collection[str]) -> None:
    if len(ids) > MOST_SHARES:
        told = f"a record is shared with {MOST_SHARES} people and teams at the most"
        raise LimitExceeded(told, path=("principalIds",))


async def _require_known(work: Work, of: Shareable, ids: Sequence[str]) -> None:
    """Refuse whoever does not work here, and teams of nobody: they are known by who is of them."""
    _refuse_too_many(ids)
    staff, asked = of.staff, [it for it in ids if is_possible(it)]
    of_these = staff.team_ids.bool_op("&&")(bindparam(None, asked, ARRAY(ID), unique=True))
    named = or_(among(staff.id, asked), of_these)
    found = await work.session.execute(
        select(staff.id, staff.team_ids).where(named, staff.is_active)
    )
    known = {it for id, teams in found for it in (id, *teams)}
    for place, id in enumerate(ids):
        if id not in known:
            told = "there is no such staff user, and no such team with anybody in it"
            raise NotFound(told, path=("principalIds", place))


async def _bring_about(work: Work, of: Shareable, record: Any, wanted: Ticks) -> None:
    """Let it be shared so with these, and tell it; what is so already is not told again."""
    kept = await shares.of_record(work.session, record.id)
    before = {it: share.acts for it, share in kept.items()}
    changed = ticking.changes(before, {**before, **wanted})
    _refuse_too_many([it for it, acts in {**before, **changed}.items() if acts])
    for id, acts in changed.items():
        more = acts - before.get(id, ticking.NONE)
        await _require_own(work, of, record, list(kept.values()), more)
    for id, acts in changed.items():
        await _put(work, record, id, kept.get(id), acts)
        _note(work, record, id, before.get(id, ticking.NONE), acts)
    given = {it: ticking.names_of(acts) for it, acts in changed.items() if acts}
    ended = [it for it, acts in changed.items() if not acts]
    if given:
        await work.publish(record.told(of.shared, shares=given))
    if ended:
        await work.publish(record.told(of.unshared, principal_ids=ended))


async def _require_own(
    work: Work,
    of: Shareable,
    record: Any,
    kept: Sequence[RecordShare],
    acts: frozenset[SharePermission],
) -> None:
    """Refuse to give what whoever shares may not do with this record."""
    for act in acts:
        permission = of.by[act]
        acting = work.actor.acting(permission, act)
        if not (acting.may(permission) and await _is_reached(work, record, acting, kept)):
            told = f"nobody gives what they may not do: {act.name}"
            raise Forbidden(told, path=("permissions",))


async def _is_reached(work: Work, record: Any, actor: Actor, kept: Sequence[RecordShare]) -> bool:
    if holds(record, actor, kept):
        return True
    wanted = lies_within(record, actor, kept)
    return wanted is not None and await work.session.scalar(wanted) is not None


async def _put(
    work: Work,
    record: Any,
    principal_id: str,
    kept: RecordShare | None,
    acts: frozenset[SharePermission],
) -> None:
    if not acts:
        await work.session.delete(kept)
        return
    if kept is None:
        key = {"record_id": record.id, "principal_id": principal_id}
        kept = RecordShare(tenant=work.actor.tenant, **key)
        work.session.add(kept)
    kept.allow(acts)
    kept.given_by_id, kept.given_at = work.actor.author, work.now


def _note(
    work: Work,
    record: Any,
    principal_id: str,
    before: frozenset[SharePermission],
    after: frozenset[SharePermission],
) -> None:
    """Have it audited under the share's own key: the record itself is what it was."""
    key = f"{record.id}/{principal_id}"
    action = "UPDATED" if before and after else "CREATED" if after else "PURGED"
    was, now = [{"permissions": ticking.names_of(it)} for it in (before, after)]
    noted = Difference("RecordShare", key, action, record.version, was, now)
    work.differences[key] = noted
