// Reads the events that were granted under a name, and prints each once, a record's in order.
//
//   crm events grant my-orders --aggregates sales.order
//   NATS_URL=… CRM_NAME=my-orders node subscriber.js
//
// A durable is asked for a batch with a plain request; nothing else is allowed to who reads from
// outside, and nothing else is needed. What it does about an event, and that it is done, belong
// into one transaction; here that is a Map, which forgets when the program ends.
import { connect, createInbox } from "@nats-io/transport-node";

const name = process.env.CRM_NAME ?? "my-orders";
const url = new URL(process.env.NATS_URL);
const client = await connect({
  servers: `${url.hostname}:${url.port}`,
  user: decodeURIComponent(url.username),
  pass: decodeURIComponent(url.password),
  inboxPrefix: `_INBOX_${name}`,
  maxReconnectAttempts: -1,
});
const passed = new Map();

// Says whether it is this event's turn: known ones are passed over, early ones come again.
function take(event) {
  const last = passed.get(event.subject) ?? 0;
  if (event.sequence > last + 1) return false;
  if (event.sequence === last + 1) {
    console.log(event.sequence, event.subject, event.type);
    passed.set(event.subject, event.sequence);
  }
  return true;
}

while (true) {
  const inbox = createInbox(`_INBOX_${name}`);
  const told = client.subscribe(inbox);
  const asked = { batch: 100, expires: 5_000_000_000 };
  client.publish(`$JS.API.CONSUMER.MSG.NEXT.CRM.${name}`, JSON.stringify(asked), { reply: inbox });
  let left = asked.batch;
  for await (const message of told) {
    if (message.headers?.code) break; // the server's own: nothing more comes for this request
    message.respond(take(message.json()) ? "+ACK" : '-NAK {"delay": 200000000}');
    left -= 1;
    if (left === 0) break;
  }
  told.unsubscribe();
}
