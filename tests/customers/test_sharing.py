"""Sharing: what is shared for an act is reached by it, by no other, and no longer than that."""

import pytest

from services.customers.permissions import (
    ASSIGN_CUSTOMERS,
    EDIT_CUSTOMERS,
    PURGE_CUSTOMERS,
    READ_CUSTOMERS,
    READ_STAFF,
    SHARE_CUSTOMERS,
)
from tests.customers.office import CUSTOMER, person_with, refusals, role_granting
from tests.support.asking import codes, reasons

SHARES = "shares { principalId permissions givenBy: givenById }"
DRAFT = "shareDraft { stored { principalId permissions } chosen { principalId permissions } }"
ALL = ["VIEW", "EDIT", "DELETE", "SHARE"]
OWN = (READ_CUSTOMERS, EDIT_CUSTOMERS, SHARE_CUSTOMERS, PURGE_CUSTOMERS, ASSIGN_CUSTOMERS)


class Pair:
    """Ann answers for a customer; Bob sees his own, and has none."""

    def __init__(self, office, ann, bob, customer):
        self.office, self.ann, self.bob, self.customer = office, ann, bob, customer

    async def deed(self, deed, person=None, fields=SHARES, **given):
        name = deed.replace("_", "Customer")
        who = person or self.ann
        return await self.office.act(name, "customer", fields, self.customer, who, **given)

    async def share(self, *permissions, person=None, to=None):
        given = {"principalIds": [to or self.bob], "permissions": list(permissions)}
        return await self.deed("share_", person, **given)

    async def revoke(self, person=None, to=None):
        return await self.deed("revoke_Shares", person, principalIds=[to or self.bob])

    async def doors(self, person=None):
        """Give what each door gives to somebody: all of them must agree."""
        document = """query($i: ID!, $r: [_Any!]!) {
            customer(id: $i) { id } customers { nodes { id } count(mode: EXACT) { value } }
            customerGroups { nodes { count records { nodes { id } } } }
            _entities(representations: $r) { ... on Customer { id } }
            byPart: customers(where: {partyRoles: {some: {role: {eq: PARTNER}}}}) { nodes { id } }
            shares: customerShares(id: $i) { principalId } }"""
        keys = [{"__typename": "Customer", "id": self.customer}]
        found = await self.office.ask(document, person or self.bob, i=self.customer, r=keys)
        ids = [it["id"] for it in found["customers"]["nodes"]]
        sees = self.customer in ids
        assert found["customers"]["count"]["value"] == len(ids)
        assert sum(it["count"] for it in found["customerGroups"]["nodes"]) == len(ids)
        assert (found["customer"] is not None) is sees
        assert (found["_entities"] != [None]) is sees
        assert (found["shares"] is not None) is sees
        assert (self.customer in [it["id"] for it in found["byPart"]["nodes"]]) is sees
        return sees

    async def can(self, person=None):
        document = "query($i: ID!) { customer(id: $i) { viewerCan } }"
        found = (await self.office.ask(document, person or self.bob, i=self.customer))["customer"]
        return found and found["viewerCan"]

    async def rename(self, person=None):
        return await self.office.change(
            "Customer", CUSTOMER, self.customer, {"name": "Other"}, person or self.bob
        )

    async def draft(self, person=None):
        document = f"query($i: ID!) {{ customer(id: $i) {{ {DRAFT} }} }}"
        found = await self.office.ask(document, person or self.ann, i=self.customer)
        draft = found["customer"]["shareDraft"]
        return draft and {
            name: {it["principalId"]: it["permissions"] for it in ticks}
            for name, ticks in draft.items()
        }

    async def stored(self):
        document = f"query($i: ID!) {{ customer(id: $i) {{ {SHARES} }} }}"
        found = (await self.office.ask(document, self.ann, i=self.customer))["customer"]
        return {it["principalId"]: it["permissions"] for it in found["shares"]}


@pytest.fixture
async def pair(office):
    role = await role_granting(office, own=list(OWN), all=[READ_STAFF])
    ann, bob = [await person_with(office, role) for _ in range(2)]
    customer = await office.customer(name="Ann's", ownerId=ann)
    await office.assign(customer, "PARTNER")
    return Pair(office, ann, bob, customer)


@pytest.mark.feature("CUS-21")
async def test_what_is_shared_to_view_is_seen_by_every_door_and_by_no_other_deed(pair):
    assert not await pair.doors()
    done = await pair.share("VIEW")
    share = {"principalId": pair.bob, "permissions": ["VIEW"], "givenBy": pair.ann}
    assert done["made"]["shares"] == [share]
    assert [it["type"] for it in done["events"]] == ["customers.customer.shared.v1"]
    assert await pair.doors()
    assert await pair.can() == ["VIEW"]
    for refused in (
        await pair.rename(),
        await pair.deed("archive_", pair.bob, "id"),
        await pair.share("VIEW", person=pair.bob, to=pair.ann),
    ):
        assert codes(refused) == ["FORBIDDEN"]
    assert await pair.office.told(pair.customer) == ["created", "role_assigned", "shared"]


@pytest.mark.feature("CUS-21")
@pytest.mark.parametrize(
    ("permission", "can"),
    [
        ("EDIT", ["VIEW", "EDIT"]),
        ("DELETE", ["VIEW", "ARCHIVE", "PURGE"]),
        ("SHARE", ["VIEW", "SHARE"]),
    ],
)
async def test_each_permission_lets_do_what_it_says_and_view_it(pair, permission, can):
    await pair.share(permission)
    assert await pair.can() == can
    assert codes(await pair.rename()) == ([] if "EDIT" in can else ["FORBIDDEN"])
    shared = await pair.share("VIEW", person=pair.bob, to=pair.ann)
    assert codes(shared) == ([] if "SHARE" in can else ["FORBIDDEN"])
    archived = await pair.deed("archive_", pair.bob, "id")
    assert codes(archived) == ([] if "ARCHIVE" in can else ["FORBIDDEN"])
    if "PURGE" in can:
        assert codes(await pair.deed("purge_", pair.bob, "id")) == []
        assert await pair.office.counted("record_share") == 0


async def test_a_share_permits_nothing_that_no_role_grants(pair):
    reader = await person_with(
        pair.office, await role_granting(pair.office, "Reader", own=[READ_CUSTOMERS])
    )
    await pair.share(*ALL, to=reader)
    assert await pair.can(reader) == ["VIEW"]
    assert codes(await pair.rename(reader)) == ["FORBIDDEN"]


async def test_what_is_shared_with_a_team_is_seen_by_who_is_of_it_and_no_longer(pair):
    office = pair.office
    team = (await office.make("Team", "id", {"name": "North"}))["made"]["id"]
    assert refusals(await pair.share("EDIT", to=team)) == [("NOT_FOUND", "input.principalIds.0")]
    await office.act("addTeamMembers", "team", "id", team, staffUserIds=[pair.bob])
    assert codes(await pair.share("EDIT", to=team)) == []
    assert await pair.doors()
    assert codes(await pair.rename()) == []
    await office.act("removeTeamMembers", "team", "id", team, staffUserIds=[pair.bob])
    assert not await pair.doors()
    assert codes(await pair.rename()) == ["NOT_FOUND"]


async def test_nobody_gives_what_they_may_not_do(pair):
    """Else whoever may share could let themselves do the rest, through a colleague or a team."""
    await pair.share("SHARE")
    eve = await person_with(pair.office)
    for asked in (["EDIT"], ["DELETE"], ALL):
        done = await pair.share(*asked, person=pair.bob, to=eve)
        assert refusals(done) == [("FORBIDDEN", "input.permissions")]
        done = await pair.share(*asked, person=pair.bob)
        assert codes(done) == ["FORBIDDEN"]
    assert codes(await pair.share("SHARE", person=pair.bob, to=eve)) == []
    assert await pair.stored() == {pair.bob: ["VIEW", "SHARE"], eve: ["VIEW", "SHARE"]}


async def test_with_whom_a_customer_is_shared_does_not_take_it(pair):
    """Whoever answers for a record may do all with it: a share to edit is no way to that."""
    await pair.share("EDIT", "DELETE")
    for given in ({"ownerId": pair.bob}, {"ownerId": None}, {"teamId": "tea_1"}):
        done = await pair.office.change("Customer", "id", pair.customer, given, pair.bob)
        assert refusals(done) == [("FORBIDDEN", f"input.{next(iter(given))}")]
    done = await pair.deed("assign_Owner", pair.bob, "id", ownerId=pair.bob)
    assert codes(done) == ["FORBIDDEN"]
    done = await pair.office.change(
        "Customer", "owner { id }", pair.customer, {"teamId": "tea_1"}, pair.ann
    )
    assert done["made"]["owner"] == {"id": pair.ann}
    assert "SHARE" not in await pair.can()


async def test_who_is_not_known_or_left_is_refused_by_their_place_and_nothing_is_shared(pair):
    gone = await pair.office.employ(is_active=False)
    for unknown in (gone, "usr_nobody", "tea_nobody", pair.customer, "", "a\0b"):
        given = {"principalIds": [pair.bob, unknown], "permissions": ["VIEW"]}
        done = await pair.deed("share_", **given)
        assert refusals(done) == [("NOT_FOUND", "input.principalIds.1")]
    assert codes(await pair.share()) == ["INVALID"]
    given = {"principalIds": [pair.bob] * 101, "permissions": ["VIEW"]}
    assert codes(await pair.deed("share_", **given)) == ["LIMIT_EXCEEDED"]
    assert await pair.stored() == {}
    assert not await pair.doors()


@pytest.mark.feature("CUS-22")
@pytest.mark.rule("BR-31")
async def test_a_revoked_share_ends_at_once_and_is_told_once(pair):
    await pair.share("EDIT")
    assert codes(await pair.rename()) == []
    done = await pair.revoke()
    assert [it["type"] for it in done["events"]] == ["customers.customer.unshared.v1"]
    assert not await pair.doors()
    assert codes(await pair.rename()) == ["NOT_FOUND"]
    again = await pair.revoke()
    assert (again["events"], codes(again)) == ([], [])


@pytest.mark.feature("CUS-22")
@pytest.mark.rule("BR-31")
async def test_nothing_of_a_draft_counts_until_it_is_applied(pair):
    eve = await person_with(pair.office)
    await pair.share("VIEW", to=eve)
    people = {"principalIds": [pair.bob, eve]}
    draft = await pair.deed("open_ShareDraft", fields=DRAFT)
    assert draft["events"] == []
    begun = {eve: ["VIEW"]}
    assert await pair.draft() == {"stored": begun, "chosen": begun}
    await pair.deed("toggle_ShareDraft", **people)
    assert await pair.draft() == {"stored": begun, "chosen": {pair.bob: ALL, eve: ALL}}
    await pair.deed("toggle_ShareDraft", **people)
    assert await pair.draft() == {"stored": begun, "chosen": {}}
    await pair.deed("change_ShareDraft", **people, permissions=["EDIT"])
    assert (await pair.draft())["chosen"] == {it: ["VIEW", "EDIT"] for it in (pair.bob, eve)}
    await pair.deed("reset_ShareDraft")
    assert await pair.draft() == {"stored": begun, "chosen": begun}
    assert await pair.stored() == begun
    assert not await pair.doors()
    await pair.deed("change_ShareDraft", principalIds=[pair.bob], permissions=["EDIT"])
    await pair.deed("change_ShareDraft", principalIds=[eve], permissions=[])
    assert not await pair.doors()
    done = await pair.deed("apply_ShareDraft")
    told = [it["type"].split(".")[2] for it in done["events"]]
    assert told == ["shared", "unshared"]
    assert await pair.stored() == {pair.bob: ["VIEW", "EDIT"]}
    assert await pair.doors()
    assert await pair.draft() is None


async def test_a_draft_is_ones_own_and_what_others_share_meanwhile_stays(pair):
    eve, max_ = [await person_with(pair.office) for _ in range(2)]
    await pair.deed("open_ShareDraft")
    await pair.deed("toggle_ShareDraft", principalIds=[pair.bob])
    assert (await pair.draft(pair.office.person)) is None
    await pair.share("VIEW", person=pair.office.person, to=eve)
    await pair.deed("apply_ShareDraft")
    assert await pair.stored() == {pair.bob: ALL, eve: ["VIEW"]}
    for deed in ("toggle_ShareDraft", "reset_ShareDraft", "apply_ShareDraft"):
        given = {"principalIds": [max_]} if deed.startswith("toggle") else {}
        assert reasons(await pair.deed(deed, **given)) == ["SHARE_DRAFT_NOT_OPEN"]


async def test_a_draft_gives_no_more_than_whoever_applies_it_may(pair):
    await pair.share("SHARE")
    eve = await person_with(pair.office)
    await pair.deed("open_ShareDraft", pair.bob)
    await pair.deed("toggle_ShareDraft", pair.bob, principalIds=[eve])
    assert codes(await pair.deed("apply_ShareDraft", pair.bob)) == ["FORBIDDEN"]
    assert await pair.stored() == {pair.bob: ["VIEW", "SHARE"]}
    await pair.revoke()
    assert codes(await pair.deed("apply_ShareDraft", pair.bob)) == ["NOT_FOUND"]


async def test_a_dry_run_shares_nothing(pair):
    document = """mutation($i: ID!, $b: ID!) { shareCustomer(id: $i, dryRun: true,
        input: {principalIds: [$b], permissions: [VIEW]})
        { customer { shares { principalId } } events { type } userErrors { code } } }"""
    document = document.replace("$b: ID!", "$b: String!")
    asked = {"i": pair.customer, "b": pair.bob}
    done = (await pair.office.ask(document, pair.ann, **asked))["shareCustomer"]
    assert done["customer"]["shares"] == [{"principalId": pair.bob}]
    assert await pair.stored() == {}


async def test_a_share_is_audited_and_told_without_a_new_version(pair):
    version = "query($i: ID!) { customer(id: $i) { version } }"
    before = await pair.office.ask(version, i=pair.customer)
    await pair.share("EDIT")
    await pair.revoke()
    assert await pair.office.ask(version, i=pair.customer) == before
    statement = "SELECT action, before, after FROM audit_line WHERE record_id = :key ORDER BY id"
    lines = await pair.office.rows(statement, key=f"{pair.customer}/{pair.bob}")
    assert [(action, after["permissions"]) for action, _before, after in lines] == [
        ("CREATED", ["VIEW", "EDIT"]),
        ("PURGED", []),
    ]
    shared, unshared = (await pair.office.events(pair.customer))[-2:]
    assert shared["data"]["shares"] == {pair.bob: ["VIEW", "EDIT"]}
    assert unshared["data"]["principalIds"] == [pair.bob]


@pytest.mark.feature("CUS-21")
async def test_what_is_shared_with_me_is_listed_by_filter_sort_and_page(pair):
    office = pair.office
    names = ["C", "A", "B"]
    for name in names:
        pair.customer = await office.customer(name=name, ownerId=pair.ann)
        await pair.share("VIEW")
    await office.customer(name="Bob's", ownerId=pair.bob)
    document = """query($a: String) { customersSharedWithMe(first: 2, after: $a,
        orderBy: [{field: NAME}], where: {name: {ne: "B"}})
        { nodes { name } pageInfo { endCursor hasNextPage } count { value } } }"""
    page = (await office.ask(document, pair.bob))["customersSharedWithMe"]
    assert [it["name"] for it in page["nodes"]] == ["A", "C"]
    assert (page["pageInfo"]["hasNextPage"], page["count"]["value"]) == (False, 2)
    await pair.revoke()
    page = (await office.ask(document, pair.bob))["customersSharedWithMe"]
    assert page["count"]["value"] == 2
    other = document.replace("customersSharedWithMe", "customers")
    cursor = page["pageInfo"]["endCursor"]
    (error,) = (await office.answer(other, pair.bob, a=cursor))["errors"]
    assert error["extensions"]["code"] == "INVALID"


@pytest.mark.parametrize("order", ["NAME", "CREATED_AT", "ID"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
async def test_a_list_of_ones_own_and_what_is_shared_is_one_list_forth_and_back(
    pair, order, direction
):
    """What is both is in it once; each page holds still."""
    office, names = pair.office, "HBFADGCE"
    for at, name in enumerate(names):
        owner = [pair.ann, pair.bob, None][at % 3]
        pair.customer = await office.customer(name=name, ownerId=owner)
        if owner != pair.bob:
            await pair.share("VIEW", person=office.person)
    await office.customer(name="Another's")
    document = f"""query($n: Int, $a: String, $l: Int, $b: String) {{ customers(first: $n,
        after: $a, last: $l, before: $b, orderBy: [{{field: {order}, direction: {direction}}}])
        {{ nodes {{ name }}
           pageInfo {{ startCursor endCursor hasNextPage hasPreviousPage }} }} }}"""

    async def walked(size, cursor, way):
        found: list[list[str]] = []
        given: dict[str, str] = {}
        more = True
        while more:
            page = (await office.ask(document, pair.bob, **{size: 3}, **given))["customers"]
            found.append([it["name"] for it in page["nodes"]])
            given = {cursor: page["pageInfo"][f"{way}Cursor"]}
            more = page["pageInfo"]["hasNextPage" if way == "end" else "hasPreviousPage"]
        return found

    expected = list(names) if order != "NAME" else sorted(names)
    expected = expected[::-1] if direction == "DESC" else expected
    assert [it for page in await walked("n", "a", "end") for it in page] == expected
    back = (await walked("l", "b", "start"))[::-1]
    assert [it for page in back for it in page] == expected


@pytest.mark.feature("CUS-23")
async def test_a_customer_is_given_to_one_owner_and_who_had_it_sees_it_no_longer(pair):
    mine = "{ myCustomers(orderBy: [{field: NAME}]) { nodes { id } count { value } } }"
    ids = [{"id": pair.customer}]
    assert (await pair.office.ask(mine, pair.ann))["myCustomers"]["nodes"] == ids
    done = await pair.deed("assign_Owner", fields="id owner { id }", ownerId=pair.bob)
    assert done["made"] is None
    assert [it["type"] for it in done["events"]] == ["customers.customer.owner_changed.v1"]
    told = (await pair.office.events(pair.customer))[-1]["data"]
    assert (told["ownerId"], told["fromOwnerId"]) == (pair.bob, pair.ann)
    assert (await pair.office.ask(mine, pair.ann))["myCustomers"]["nodes"] == []
    assert (await pair.office.ask(mine, pair.bob))["myCustomers"]["nodes"] == ids
    assert not await pair.doors(pair.ann)
    again = await pair.deed("assign_Owner", pair.bob, "id", ownerId=pair.bob)
    assert (again["events"], codes(again)) == ([], [])


@pytest.mark.feature("CUS-23")
async def test_only_who_works_here_answers_for_a_customer(pair):
    gone = await pair.office.employ(is_active=False)
    done = await pair.deed("assign_Owner", fields="id", ownerId=gone)
    assert reasons(done) == ["STAFF_USER_INACTIVE"]
    done = await pair.deed("assign_Owner", fields="id", ownerId="usr_nobody")
    assert refusals(done) == [("NOT_FOUND", "input.ownerId")]
    assert "owner_changed" not in await pair.office.told(pair.customer)


async def test_another_company_neither_sees_shares_nor_shares(pair, rival):
    await pair.share("VIEW")
    assert await rival.counted("record_share") == 0
    given = {"principalIds": [pair.bob], "permissions": ["VIEW"]}
    done = await rival.act("shareCustomer", "customer", "id", pair.customer, **given)
    assert codes(done) == ["NOT_FOUND"]
    document = "query($i: ID!) { customerShares(id: $i) { principalId } }"
    assert (await rival.ask(document, i=pair.customer))["customerShares"] is None


async def test_shares_cost_a_list_no_statement(pair):
    document = "{ customers(first: 100) { nodes { id name viewerCan shares { givenAt } } } }"
    counts = set()
    for _ in range(2):
        await pair.share("VIEW")
        counts.add(await _statements(pair, document))
        for _ in range(5):
            pair.customer = await pair.office.customer(name="More", ownerId=pair.ann)
            await pair.share("EDIT")
    assert len(counts) == 1


async def _statements(pair, document):
    was, pair.office.person = pair.office.person, pair.bob
    try:
        return await pair.office.statements(document)
    finally:
        pair.office.person = was
