"""What a caller meets before any field: shapes, limits, tokens, headers, probes, the explorer."""

import io
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from services.chassis.actor import ActorKind
from services.chassis.tokens import Identity, Signer, Verifier, new_key

from . import shop
from .conftest import Front


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{", "the body is not JSON"),
        (b"[]", "the body is not a JSON object"),
        (b"{}", "`query` is missing, or not a text"),
        (b'{"query": 5}', "`query` is missing, or not a text"),
        (b'{"query": "{ me { id } }", "variables": []}', "`variables` is not an object"),
        (b'{"query": "{ me { id } }", "operationName": 1}', "`operationName` is not a text"),
        (b'{"query": "{ me { id } "}', "Syntax Error: Expected Name, found <EOF>."),
        (b'{"query": "{ nobody }"}', "Cannot query field 'nobody' on type 'Query'."),
        (b'{"query": "query A { me { id } } query B { me { id } }"}', "`operationName` must say"),
        (b'{"query": "{ me { id } }", "operationName": "B"}', 'there is no operation "B"'),
        (b'{"query": "{ me { __id: id } }"}', 'the alias "__id" begins with two underscores'),
        (b'{"query": "fragment F on User { id }"}', ""),
        (b'{"query": "query ($id: ID!) { product(id: $id) { id } }"}', "Variable '$id'"),
    ],
)
async def test_what_is_malformed_is_a_bad_request_and_asks_nobody(
    front: Front, body: bytes, told: str
):
    kind = "application/graphql-response+json"
    headers = {"content-type": "application/json", "accept": kind}
    async with front.client.post(f"{front.url}/graphql", data=body, headers=headers) as got:
        answer = await got.json()
    assert got.status == 400
    assert "data" not in answer
    assert answer["errors"][0]["message"].startswith(told)
    assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert answer["errors"][0]["extensions"]["requestId"].startswith("req_")
    assert front.asked() == {}


async def test_a_body_that_is_too_large_is_refused_whether_it_says_so_or_not(front: Front):
    large = json.dumps({"query": "{ me { id } }", "variables": {"x": "y" * 1_100_000}}).encode()
    headers = {"content-type": "application/json"}
    url = f"{front.url}/graphql"
    async with front.client.post(url, data=io.BytesIO(large), headers=headers) as got:
        assert got.status == 413

    async def chunks() -> Any:
        for at in range(0, len(large), 65_536):
            yield large[at : at + 65_536]

    async with front.client.post(url, data=chunks(), headers=headers) as got:
        assert got.status == 413
        assert (await got.json())["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert front.asked() == {}


async def test_there_is_nothing_elsewhere(front: Front):
    assert (await front.get("/elsewhere"))[0] == 404
    async with front.client.post(f"{front.url}/livez") as got:
        assert got.status == 404


async def test_a_document_that_is_too_deep_or_too_long_is_refused(fronts: Any):
    front = await fronts({"products": shop.products()}, max_depth=3, max_tokens=100)
    deep = "{ __schema { types { fields { type { name } } } } products { id } }"
    assert (await front.ask(deep)).status == 200
    folded = """{ a: anything { ...F } }
    fragment F on Thing { ...G } fragment G on Product { id __typename }"""
    assert (await front.ask(folded)).status == 200
    long = "{ products { " + "id " * 200 + "} }"
    assert (await front.ask(long)).codes == ["LIMIT_EXCEEDED"]
    front = await fronts(
        {"reviews": shop.reviews(), "people": shop.people()}, max_depth=3, max_tokens=1000
    )
    cycle = "{ latestReview { author { reviews { author { id } } } } }"
    answer = await front.ask(cycle)
    assert (answer.status, answer.codes) == (200, ["LIMIT_EXCEEDED"])
    assert front.asked() == {}


async def test_introspection_can_be_closed(fronts: Any):
    front = await fronts({"people": shop.people()}, introspection=False)
    assert set((await front.ask("{ __schema { types { name } } }")).codes) == {"BAD_REQUEST"}
    assert (await front.ask("{ __typename me { name } }")).data["__typename"] == "Query"


async def test_without_a_token_the_subgraph_hears_of_nobody_known(front: Front):
    await front.ask("{ me { name } }")
    identity = told(front, "people")
    assert identity == Identity("default", "anonymous", ActorKind.ANONYMOUS)


async def test_a_token_becomes_a_short_one_for_each_subgraph(front: Front):
    headers = {"authorization": f"Bearer {front.token('staff_7')}"}
    await front.ask("{ me { name } products { inStock } }", headers=headers)
    for name in ("people", "products", "stock"):
        assert told(front, name) == Identity("acme", "staff_7", ActorKind.USER)
    bearer = front.subgraphs["people"].headers[0]["authorization"].removeprefix("Bearer ")
    keys: Any = front.gateway_keys
    claims = jwt.decode(bearer, KeySet.import_key_set(keys), algorithms=["Ed25519"]).claims
    assert claims["exp"] - claims["iat"] == 60
    assert bearer not in front.token("staff_7")


async def test_a_minted_token_is_used_again_for_the_same_caller_only(front: Front):
    one, other = (
        {"authorization": f"Bearer {front.token(name)}"} for name in ("staff_1", "staff_2")
    )
    for headers in (one, one, other):
        await front.ask("{ me { name } }", headers=headers)
    first, again, others = [h["authorization"] for h in front.subgraphs["people"].headers]
    assert first == again
    assert others != first


def bad_tokens(front: Front) -> dict[str, str]:
    stranger = Signer("customers", new_key())
    nobody = Identity("acme", "u1", ActorKind.USER)
    life = timedelta(minutes=5)
    return {
        "not a token": "Bearer nonsense",
        "no bearer": "Basic dTpw",
        "empty": "Bearer ",
        "another's key": f"Bearer {stranger.sign(nobody, audience='guanxi', life=life)}",
        "another audience": f"Bearer {front.token(audience='people')}",
        "expired": f"Bearer {front.token(life=timedelta(minutes=-5))}",
    }


@pytest.mark.parametrize(
    "kind",
    ["not a token", "no bearer", "empty", "another's key", "another audience", "expired"],
)
async def test_a_bad_token_is_refused_and_never_taken_for_nobody(front: Front, kind: str):
    answer = await front.ask("{ me { name } }", headers={"authorization": bad_tokens(front)[kind]})
    assert answer.status == 401
    assert answer.codes == ["UNAUTHENTICATED"]
    assert "data" not in answer.body
    assert front.asked() == {}


async def test_trace_request_id_and_time_left_travel_on(front: Front):
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = await front.ask(
        "{ me { name } }",
        headers={"traceparent": trace, "x-request-id": "mine-1", "x-deadline-ms": "5000"},
    )
    got = front.subgraphs["people"].headers[0]
    assert got["traceparent"].split("-")[1] == trace.split("-")[1]
    assert got["traceparent"].split("-")[2] != trace.split("-")[2]
    assert got["x-request-id"] == "mine-1"
    assert 0 < int(got["x-deadline-ms"]) <= 5000
    assert answer.headers["x-request-id"] == "mine-1"


async def test_a_subgraph_that_answers_with_a_bad_status_and_graphql_is_understood(front: Front):
    people = front.subgraphs["people"]
    body = {"errors": [{"message": "not today", "extensions": {"code": "NOT_FOUND"}}]}
    people.says = 403, json.dumps(body).encode()
    answer = await front.ask("{ me { name } }")
    assert answer.data == {"me": None}
    assert (answer.errors[0]["message"], answer.codes) == ("not today", ["NOT_FOUND"])


@pytest.mark.parametrize(
    "text", [b"<html>", b"[]", b"{}", b'{"errors": []}', b'{"errors": "x"}', b"", b"null"]
)
async def test_what_is_not_graphql_counts_as_not_available(front: Front, text: bytes):
    front.subgraphs["people"].says = 502, text
    answer = await front.ask("{ me { name } }")
    assert answer.data == {"me": None}
    assert answer.codes == ["SUBGRAPH_UNAVAILABLE"]
    assert text.decode() not in answer.errors[0]["message"] or not text


@pytest.mark.parametrize(
    "entities",
    [None, [], [None], ["x"], {"0": {}}, [{"name": "Ada"}, {"name": "too many"}]],
)
async def test_entities_in_no_good_order_break_nothing(front: Front, entities: Any):
    front.subgraphs["people"].says = (
        200,
        json.dumps(
            {"data": {"e0": entities}, "errors": [{"path": ["e0", 7, "name"]}, 5]}
        ).encode(),
    )
    answer = await front.ask(
        "{ latestReview { stars author { id } } a: latestReview { author { name } } }"
    )
    assert answer.data["latestReview"] == {"stars": 4, "author": {"id": "u1"}}
    assert len(answer.errors) == 2


async def test_a_fault_of_our_own_is_masked(front: Front, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("gateway.planner.plan", broken)
    answer = await front.ask("{ me { name } }")
    assert (answer.status, answer.codes) == (500, ["INTERNAL"])
    assert "secret" not in str(answer.body)


async def test_subgraphs_are_reached_over_unix_sockets(fronts: Any, tmp_path: Path):
    front = await fronts({"products": shop.products(), "stock": shop.stock()}, sockets=tmp_path)
    answer = await front.ask("{ products(first: 1) { name inStock } }")
    assert answer.data == {"products": [{"name": "Lamp", "inStock": True}]}
    await front.stop("stock")
    answer = await front.ask("{ products(first: 1) { name inStock } }")
    assert answer.codes == ["SUBGRAPH_UNAVAILABLE"]
    assert str(tmp_path) not in str(answer.body)


async def test_probes_and_metrics(front: Front):
    for path in ("/livez", "/readyz", "/startupz"):
        assert (await front.get(path))[0] == 200
    front.door.is_draining = True
    assert (await front.get("/readyz"))[0] == 503
    assert (await front.get("/livez"))[0] == 200
    await front.ask("{ me { name } }")
    await front.ask("{ nobody }")
    status, page, _ = await front.get("/metrics")
    assert status == 200
    assert 'gateway_requests_total{outcome="ok"} 1.0' in page
    assert 'gateway_requests_total{outcome="refused"} 1.0' in page
    assert 'gateway_fetch_seconds_count{outcome="answered",subgraph="people"} 1.0' in page


async def test_the_explorer_is_one_page_that_lets_nothing_else_in(fronts: Any):
    sign_in = {
        "document": "mutation { x }",
        "tokenPath": "a",
        "accounts": [{"label": "</script>"}],
    }
    front = await fronts({"people": shop.people()}, explorer_sign_in=sign_in)
    status, page, headers = await front.get("/")
    assert status == 200
    assert headers["content-type"].startswith("text/html")
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert policy.count("'sha256-") == 2
    assert page.count("</script>") == 1
    assert not re.search(r"https?://|\son\w+=|\sstyle=", page)
    settings = re.search(r"const SETTINGS = (\{.*\}) \|\| \{\};", page)
    assert settings
    assert json.loads(settings[1])["signIn"]["accounts"] == [{"label": "</script>"}]


async def test_the_explorer_can_be_closed(fronts: Any):
    front = await fronts({"people": shop.people()}, explorer=False)
    assert (await front.get("/"))[0] == 404


def told(front: Front, name: str) -> Identity:
    """Verify, as that subgraph would, whom its last request speaks for."""
    bearer = front.subgraphs[name].headers[-1]["authorization"].removeprefix("Bearer ")
    return Verifier(name, {"gateway": front.gateway_keys}).verify(bearer)
