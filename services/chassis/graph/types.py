"""The value types that every service's graph shares, to the letter."""

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Generic, TypeVar

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

from services.chassis import actor, files, jobs, refusals
from services.chassis.graph.abilities import RecordAction
from services.chassis.graph.beside import Kept
from services.chassis.graph.counts import Count, count_field
from services.chassis.graph.making import Part, described, list_of, made_field

T = TypeVar("T")


@strawberry.federation.type(shareable=True, description="An amount in one currency.")
class Money:
    amount: Decimal = strawberry.field(description="The exact amount, as a decimal string.")
    currency: str = strawberry.field(description="The currency's ISO 4217 code.")


@strawberry.input(description="An amount in one currency.")
class MoneyInput:
    amount: Decimal = strawberry.field(description="The exact amount, as a decimal string.")
    currency: str = strawberry.field(description="The currency's ISO 4217 code.")


@strawberry.federation.type(
    keys=[Key(fields=FieldSet("id"), resolvable=False)],
    description="A person of the company who signs in and works with the records.",
)
class StaffUser:
    """Whom records name as owner or origin; a record only in the service that keeps them."""

    id: strawberry.ID = strawberry.field(description="Its id.")


@strawberry.federation.type(
    keys=[Key(fields=FieldSet("id"), resolvable=False)],
    description="Some people of the company who answer for records together.",
)
class Team:
    """Whom records name as answering for them; a record only in the service that keeps them."""

    id: strawberry.ID = strawberry.field(description="Its id.")


STUBS = (StaffUser, Team)
"""Records that every service names, and at most one keeps."""


described(
    actor.ActorKind,
    "What kind of actor this is.",
    USER="A person of the company.",
    PORTAL="A person of a customer, in the portal.",
    SERVICE="A program that signs in with an identity of its own.",
    SYSTEM="The system itself, reacting to an event or to time.",
    ANONYMOUS="Somebody who has not signed in.",
)


@strawberry.federation.type(shareable=True, description="Who did something.")
class Actor:
    kind: actor.ActorKind = strawberry.field(description="What kind of actor it was.")
    id: str = strawberry.field(description="Its id: a staff user's, or a program's name.")
    user: StaffUser | None = strawberry.field(description="The staff user, where it was one.")


@strawberry.federation.type(
    shareable=True, description="By what id another system knows a record."
)
class ExternalRef:
    source: str = strawberry.field(description="The other system's name.")
    id: str = strawberry.field(description="The id that it uses.")


@strawberry.input(description="By what id another system knows a record.")
class ExternalRefInput:
    source: str = strawberry.field(description="The other system's name.")
    id: str = strawberry.field(description="The id that it uses.")


described(
    RecordAction,
    "Something that one may do with a record.",
    VIEW="See it.",
    EDIT="Change it.",
    ARCHIVE="Put it away, and bring it back.",
    PURGE="Remove it for ever, once it was put away.",
    SHARE="Share it with others.",
)


@strawberry.interface(description="What every root record carries.")
class Record:
    id: strawberry.ID = strawberry.field(description="Its id, the same everywhere and for ever.")
    version: int = strawberry.field(description="Counts its changes; updates may expect one.")
    created_at: datetime = strawberry.field(description="When it was made.")
    updated_at: datetime = strawberry.field(description="When it last changed.")
    created_by: Actor = strawberry.field(description="Who made it.")
    archived_at: datetime | None = strawberry.field(description="When it was put away, if it was.")
    external_refs: list[ExternalRef] = strawberry.field(
        description="By what ids other systems know it."
    )
    owner: Any = strawberry.field(  # a service that keeps staff has its own record here
        graphql_type=StaffUser | None,
        description="Who answers for it; null for a part of another record, whose owner does.",
    )
    team: Team | None = strawberry.field(
        description="Which team answers for it; null likewise, and where none does."
    )
    viewer_can: list[RecordAction] = made_field(
        list[RecordAction],
        "What you may do with it, of the actions that you name; its state may still forbid it.",
        [Part("actions", list_of(RecordAction) | None, "Which actions; all if unsaid.")],
        Kept(),
    )


@strawberry.federation.type(shareable=True, description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more follows after it.")
    has_previous_page: bool = strawberry.field(description="Whether something stands before it.")
    start_cursor: str | None = strawberry.field(description="The cursor of its first record.")
    end_cursor: str | None = strawberry.field(description="The cursor of its last record.")


@strawberry.type(description="What stands in a list, in its place.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="Its place, for `after` and `before`.")
    node: T = strawberry.field(description="What stands there.")


@strawberry.type(description="A page of a list, held still by its cursors.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="What is on it, with cursors.")
    nodes: list[T] = strawberry.field(description="What is on it.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")
    count: Count = count_field()


class Direction(Enum):
    ASC = "ASC"
    DESC = "DESC"


described(
    Direction,
    "Which way a list is sorted.",
    ASC="Smallest first; what is empty comes last, unless `nulls` says otherwise.",
    DESC="Largest first; what is empty comes first, unless `nulls` says otherwise.",
)


described(
    refusals.Code,
    "Why something was refused, from a closed list to branch on.",
    REQUIRED="A value is missing.",
    INVALID="A value is not of the form it must have.",
    TOO_LONG="A text is longer than it may be.",
    OUT_OF_RANGE="A number or date is outside of its bounds.",
    NOT_FOUND="There is no such record, or none that you may know of.",
    FORBIDDEN="Your roles do not permit this.",
    DUPLICATE="There is such a record already.",
    VERSION_CONFLICT="The record has changed since you read it.",
    INVALID_TRANSITION="The record's state does not allow this.",
    GATE_NOT_MET="A condition of this step is not met yet.",
    LOCKED="Somebody else holds the record.",
    REFERENCED="Other records refer to it, or it refers to one that is not there.",
    LIMIT_EXCEEDED="This asks for more than is allowed at once.",
    IDEMPOTENCY_MISMATCH="This idempotency key was used with another input.",
    IDEMPOTENCY_IN_PROGRESS="The first call with this idempotency key is still under way.",
    DEPENDENCY_UNAVAILABLE="Another service that must be asked does not answer.",
)


@strawberry.interface(description="Why a mutation, or a part of it, was refused.")
class UserError:
    code: refusals.Code = strawberry.field(description="From a closed list, to branch on.")
    reason: str = strawberry.field(description="The refusal's own name.")
    message: str = strawberry.field(description="What is so, in words for a person.")
    path: list[str] = strawberry.field(description="The argument that it is about.")


@strawberry.federation.type(shareable=True, description="A refusal of which no more is to say.")
class RefusedError(UserError):
    pass


@strawberry.federation.type(shareable=True, description="A value that cannot be.")
class ValidationError(UserError):
    allowed: list[str] = strawberry.field(description="The values that can be, if they are few.")
    min: str | None = strawberry.field(description="The least that it may be.")
    max: str | None = strawberry.field(description="The most, or the longest, that it may be.")


@strawberry.federation.type(shareable=True, description="There is such a record already.")
class DuplicateError(UserError):
    candidates: list[strawberry.ID] = strawberry.field(
        description="The records that have the same key, as far as you may see them."
    )


@strawberry.federation.type(shareable=True, description="The record is no longer as you read it.")
class VersionConflictError(UserError):
    current: Record | None = strawberry.field(description="The record as it now is.")
    overlapping_fields: list[str] = strawberry.field(
        description="What you wanted to change, and others have changed since your version."
    )


@strawberry.federation.type(
    shareable=True, description="A step that the record's state does not allow, or not yet."
)
class TransitionError(UserError):
    from_: str | None = strawberry.field(name="from", description="The state that it is in.")
    to: str | None = strawberry.field(description="The state that was asked for.")
    allowed_next: list[str] = strawberry.field(description="The states that can follow.")
    missing: list[str] = strawberry.field(description="What is needed before this step.")


USER_ERRORS = (
    RefusedError,
    ValidationError,
    DuplicateError,
    VersionConflictError,
    TransitionError,
)


@strawberry.federation.type(shareable=True, description="An event that a mutation published.")
class PublishedEvent:
    id: str | None = strawberry.field(
        description="The event's id, as subscribers receive it; null in a dry run."
    )
    type: str = strawberry.field(description="Its type, `service.aggregate.deed.vN`.")


@strawberry.federation.type(shareable=True, description="What a field was, and what it became.")
class FieldChange:
    field: str = strawberry.field(description="The field's name.")
    before: str | None = strawberry.field(
        description="Its value before: a text as it is, anything else as JSON."
    )
    after: str | None = strawberry.field(description="Its value afterwards, likewise.")


class OnConflict(Enum):
    REFUSE = "REFUSE"
    MERGE_DISJOINT = "MERGE_DISJOINT"


described(
    OnConflict,
    "What becomes of an update if the record is no longer at the expected version.",
    REFUSE="Nothing is changed.",
    MERGE_DISJOINT="It goes through if nobody has touched the same fields since.",
)


class OnError(Enum):
    PER_ROW = "PER_ROW"
    ATOMIC = "ATOMIC"


described(
    OnError,
    "What becomes of a bulk mutation when a row is refused.",
    PER_ROW="The other rows go on.",
    ATOMIC="No row is kept.",
)


class RowStatus(Enum):
    CREATED = "CREATED"
    UPDATED = "UPDATED"
    UNCHANGED = "UNCHANGED"
    REFUSED = "REFUSED"


described(
    RowStatus,
    "What became of a row of a bulk mutation.",
    CREATED="A record was made.",
    UPDATED="A record was changed.",
    UNCHANGED="The record was so already.",
    REFUSED="Nothing was kept; the errors say why.",
)


class FileFormat(Enum):
    """Its values are media types."""

    CSV = "text/csv"
    JSONL = "application/jsonl"


described(
    FileFormat,
    "How a file holds records.",
    CSV="A line of headings and a row for each record.",
    JSONL="A JSON object in each line: an item of the record type's upsert.",
)
described(
    jobs.JobKind,
    "What a job does.",
    IMPORT="It brings the rows of a file in.",
    EXPORT="It writes records into a file.",
    BULK="It does a deed with each record that a filter found.",
)
described(
    jobs.JobState,
    "How far a job is.",
    QUEUED="It waits for its turn.",
    RUNNING="It is being done.",
    DONE="It has come to its end; single rows may have been refused.",
    FAILED="It has stopped, for the reason that it gives; it can be resumed.",
    CANCELLED="Somebody stopped it; it can be resumed.",
)
described(
    files.FileState,
    "Whether a file is complete.",
    OPEN="More may come.",
    WHOLE="All of it is there.",
)


@strawberry.federation.type(shareable=True, description="A part of a file.")
class FilePart:
    content: str = strawberry.field(description="Its bytes, in base64.")
    next: int | None = strawberry.field(
        description="Where the next part begins, for `from`; null after the last one."
    )
