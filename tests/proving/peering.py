"""The proof that other gateways serve our supergraph: the same answers to the same documents."""

import asyncio
import json
import os
import shutil
import signal
import tempfile
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
from aiohttp import web

from deploy.cli import demo
from deploy.cli.demo import story
from deploy.local import ports
from deploy.local.checkout import ROOT
from services.chassis.tokens import PUBLIC_AUDIENCE, Signer, Verifier
from tests.proving import npm
from tests.proving.proofs import Skipped, fresh_system, signing
from tests.support.waiting import until

PEERS = ("apollo", "hive")
SERVICES = ("customers", "sales", "service_desk")
PATIENCE = 120
FIELDS = "id number status net { amount currency }"
DOCUMENTS = {
    "a typename": "{ __typename }",
    "a list of one service": "{ customers(first: 5) { nodes { id name status } } }",
    "a page": "{ orders(first: 2) { nodes { id } pageInfo { hasNextPage endCursor } } }",
    "a list over three services": f"""{{
        customers(first: 10, orderBy: [{{field: NAME}}]) {{ nodes {{
        name orders {{ nodes {{ {FIELDS} }} }} cases {{ nodes {{ subject status }} }}
        opportunities {{ nodes {{ name stage }} }} }} }} }}""",
    "there and back": """{ orders(first: 5) { nodes { number customer { name
        cases(first: 2) { nodes { subject customer { name } } } } } } }""",
    "aliases and fragments": """query {
        first: orders(first: 1) { ...O } all: orders(first: 9) { ...O } }
        fragment O on OrderConnection { nodes { n: number who: customer { ...C } } }
        fragment C on Customer { id called: name }""",
    "variables and conditions": """query($n: Int! = 3, $with: Boolean! = false) {
        customers(first: $n) { nodes { name orders(first: 1) @include(if: $with) { nodes { id } }
        cases(first: 1) @skip(if: $with) { nodes { subject } } } } }""",
    "a record that is not there": '{ customer(id: "cus_00000000000000000000000000") { name } }',
    "who looks": "{ viewer { staffUser { email name } } }",
    "counts": "{ orders(first: 1) { count { value precision } } customers { count { value } } }",
    "a filter": """{ customers(where: {name: {startsWith: "F"}}) { nodes { name } } }""",
    "no such field": "{ customers { nodes { nothing } } }",
    "a wrong value": "{ customers(first: -1) { nodes { id } } }",
}


def peers(transcript):
    if not npm.is_there():
        raise Skipped("node 20 or newer and npm are needed for other gateways")
    transcript.title = "Our supergraph, served by other gateways"
    transcript.meaning = (
        "gateway/supergraph.graphql is given to @apollo/gateway and to @graphql-hive/gateway, as\n"
        "npm has them, in front of the services of a fresh system with the demo company. A small\n"
        "relay puts the token onto each request that our gateway would mint. All three are asked\n"
        "the same documents: the data are the same, and there are errors where ours has some."
    )
    with tempfile.TemporaryDirectory() as there, fresh_system() as system:
        source = ROOT / "tests" / "proving" / "peers"
        folder = npm.copied(source, Path(there) / "peers")
        demo.load(system.graph_url, system.databases)
        token = signing(system, story.TENANT, story.email("sam"))()
        transcript.is_proven = npm.ran(transcript, "install --silent", folder) and asyncio.run(
            _compared(transcript, system, folder, token)
        )
    return transcript


async def _compared(transcript, system, folder, token):
    async with _relayed(system, token) as urls, aiohttp.ClientSession() as client:
        _write_supergraph(folder, urls)
        wanted = [await _asked(client, system.graph_url, it, token) for it in DOCUMENTS.values()]
        is_same = True
        for peer in PEERS:
            async with _peer(client, folder, peer) as url:
                for (name, document), ours in zip(DOCUMENTS.items(), wanted, strict=True):
                    theirs = await _asked(client, url, document, token)
                    same = _is_same(ours, theirs)
                    is_same &= same
                    transcript.say(f"{peer}: {name}: {'the same' if same else 'DIFFERENT'}")
                    if not same:
                        transcript.say(f"  ours   {json.dumps(ours)[:600]}")
                        transcript.say(f"  theirs {json.dumps(theirs)[:600]}")
    return is_same


def _is_same(ours, theirs):
    return ours.get("data") == theirs.get("data") and bool(ours.get("errors")) == bool(
        theirs.get("errors")
    )


async def _asked(client, url, document, token):
    headers = {"authorization": f"Bearer {token}"}
    async with client.post(url, json={"query": document}, headers=headers) as got:
        return await got.json(content_type=None)


def _write_supergraph(folder, urls):
    """Give each subgraph its address here, as an operator does."""
    text = (ROOT / "gateway" / "supergraph.graphql").read_text(encoding="utf-8")
    for name, url in urls.items():
        text = text.replace(f'"http://{name}/graphql"', f'"{url}"')
    (folder / "supergraph.graphql").write_text(text, encoding="utf-8")


@asynccontextmanager
async def _relayed(system, token):
    """Reach the services' sockets over TCP, as the gateway would: with its token for each."""
    signer = Signer.from_file("gateway", system.keys["gateway"].private)
    issuers = {"customers": system.keys["customers"].public}
    identity = Verifier.from_files(PUBLIC_AUDIENCE, issuers).verify(token)
    sessions = {
        name: aiohttp.ClientSession(
            connector=aiohttp.UnixConnector(str(system.sockets / f"{name}.http"))
        )
        for name in SERVICES
    }

    async def relay(request):
        name = request.match_info["name"]
        minted = signer.sign(identity, audience=name, life=timedelta(minutes=1))
        headers = {"content-type": "application/json", "authorization": f"Bearer {minted}"}
        body = await request.read()
        url = "http://service/graphql"
        async with sessions[name].post(url, data=body, headers=headers) as got:
            told = await got.read()
            return web.Response(body=told, status=got.status, content_type="application/json")

    app = web.Application(client_max_size=8 << 20)
    app.router.add_post("/{name}/graphql", relay)
    runner = web.AppRunner(app)
    await runner.setup()
    port = ports.any_free()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield {name: f"http://127.0.0.1:{port}/{name}/graphql" for name in SERVICES}
    finally:
        await runner.cleanup()
        for it in sessions.values():
            await it.close()


@asynccontextmanager
async def _peer(client, folder, name):
    port = ports.any_free()
    told = {"PORT": str(port), "NODE_ENV": "production"}
    with (folder / f"{name}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(shutil.which("npm") or "npm", "run", "--silent", name),
            cwd=folder,
            env=os.environ | told,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}/graphql"

    async def answers():
        try:
            return "data" in await _asked(client, url, "{ __typename }", "")
        except aiohttp.ClientError:
            return False

    try:
        await until(answers, PATIENCE)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        await process.wait()
