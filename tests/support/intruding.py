"""What somebody who may not tries on the stream's server, and what the server says to it."""

import asyncio
import json

import nats

PATIENCE = 20

CALLS = {
    "a wider consumer": ("CONSUMER.CREATE.CRM.wide.crm.>", {"name": "wide"}),
    "a consumer of the old form": ("CONSUMER.CREATE.CRM", {"ack_policy": "none"}),
    "a durable": ("CONSUMER.DURABLE.CREATE.CRM.wide", {"durable_name": "wide"}),
    "another stream": ("STREAM.CREATE.MINE", {"name": "MINE", "sources": [{"name": "CRM"}]}),
    "the stream's configuration": ("STREAM.UPDATE.CRM", {"name": "CRM", "subjects": ["x"]}),
    "a message by its number": ("STREAM.MSG.GET.CRM", {"seq": 1}),
    "a message directly": ("DIRECT.GET.CRM", {"seq": 1}),
    "the last of a subject": ("DIRECT.GET.CRM.crm.default.sales.order.placed.v1.0", {}),
    "a purge": ("STREAM.PURGE.CRM", {}),
    "a removed message": ("STREAM.MSG.DELETE.CRM", {"seq": 1}),
    "a removed stream": ("STREAM.DELETE.CRM", {}),
    "a snapshot": ("STREAM.SNAPSHOT.CRM", {"deliver_subject": "x"}),
    "the streams' names": ("STREAM.NAMES", {}),
    "the consumers' names": ("CONSUMER.NAMES.CRM", {}),
    "the account": ("INFO", {}),
}
"""Calls of JetStream, by what they would get."""


class Intruder:
    """A client that notes what the server will not have of it."""

    def __init__(self, url, user):
        self.url = url
        self.user = user
        self.told: asyncio.Queue[str] = asyncio.Queue()

    async def __aenter__(self):
        async def tell(error):
            await self.told.put(str(error))

        self.client = await nats.connect(
            self.url, allow_reconnect=False, error_cb=tell, inbox_prefix=f"_INBOX_{self.user}"
        )
        return self

    async def __aexit__(self, *_):
        await self.client.close()

    async def refused(self, doing, subject):
        """Wait until the server refused the subject, by name."""
        await doing
        said = await asyncio.wait_for(self.told.get(), PATIENCE)
        assert "permissions violation" in said, said
        assert f'"{subject.lower()}"' in said.lower(), said

    async def cannot_call(self, api, asked):
        subject = f"$JS.API.{api}"
        reply = self.client.new_inbox()
        await self.refused(
            self.client.publish(subject, json.dumps(asked).encode(), reply=reply), subject
        )

    async def cannot_publish(self, subject, reply=""):
        await self.refused(self.client.publish(subject, b"{}", reply=reply), subject)

    async def cannot_hear(self, subject):
        await self.refused(self.client.subscribe(subject), subject)

    async def cannot_get_anything(self, *, but=()):
        """Try every way around one's rights that we know of, `but` those that it may go."""
        for what, (api, asked) in CALLS.items():
            if what not in but:
                await self.cannot_call(api, asked)
        for subject in ("crm.>", ">", "_INBOX.>", "_INBOX_customers.>", "$JS.>", "$SYS.>"):
            if subject != f"_INBOX_{self.user}.>":
                await self.cannot_hear(subject)
        assert self.told.empty()
