// Runs the audits of GraphQL over HTTP against URL; prints each, and fails where one is not passed.
import { auditServer } from "graphql-http";

const results = await auditServer({ url: process.env.URL });
for (const it of results) {
  console.log(`${it.status} ${it.id} ${it.name}${it.reason ? `: ${it.reason}` : ""}`);
}
const passed = results.filter((it) => it.status === "ok").length;
console.log(`${passed} of ${results.length}`);
process.exit(passed === results.length ? 0 : 1);
