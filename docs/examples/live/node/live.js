// Prints each event once, live over WebSocket; it goes on after its last one when it comes again.
//
//   CRM_URL=ws://127.0.0.1:8000/graphql CRM_TOKEN=… node live.js
//
// In a browser it is the same without `ws`. `connectionParams` may be a function that fetches a new
// token: a connection is closed with 4403 when its token expires, and the client then comes again.
// It subscribes by itself anew only with the variables that it had, so each round here is one
// subscription, which begins where the last one ended.
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const client = createClient({
  url: process.env.CRM_URL,
  webSocketImpl: WebSocket,
  connectionParams: () => ({ authorization: `Bearer ${process.env.CRM_TOKEN}` }),
  retryAttempts: 0,
});
const query = `subscription($after: String) {
  events(after: $after) { event { type subject sequence } gap cursor } }`;
let after = null;

while (true) {
  try {
    for await (const answer of client.iterate({ query, variables: { after } })) {
      const { event, gap, cursor } = answer.data.events;
      if (gap) console.error("some events are lost to this feed: read the present state anew");
      if (event) console.log(event.sequence, event.subject, event.type);
      after = cursor;
    }
  } catch (reason) {
    console.error("again in 0.2 s:", reason.code ?? reason);
  }
  await new Promise((done) => setTimeout(done, 200));
}
