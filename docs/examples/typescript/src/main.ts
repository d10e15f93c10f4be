// Lists page by page, creates once however often it is sent, branches on refusals, shows a whole customer.

import { randomUUID } from "node:crypto";
import { Client } from "./client.js";
import {
  CreateCustomerDocument,
  CustomersPageDocument,
  FormsDocument,
  RenameCustomerDocument,
  WholeCustomerDocument,
  type RefusalFragment,
} from "./generated.js";

const client = new Client(
  process.env["CRM_URL"] ?? "http://127.0.0.1:8000/graphql",
  process.env["CRM_TOKEN"] ?? "",
);

async function* customers() {
  let after: string | null | undefined;
  do {
    const { customers: page } = await client.ask(CustomersPageDocument, { after });
    if (page == null) return;
    yield* page.nodes;
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : undefined;
  } while (after != null);
}

function told(refusal: RefusalFragment): string {
  switch (refusal.__typename) {
    case "ValidationError":
      return `${refusal.path.join(".")} may be at most ${refusal.max ?? "anything"}`;
    case "DuplicateError":
      return `it is there already: ${refusal.candidates.join(", ")}`;
    case "VersionConflictError":
      return `it is at version ${refusal.current?.version ?? "?"} by now`;
    case "TransitionError":
      return `from ${refusal.from ?? "?"} one goes to ${refusal.allowedNext.join(", ")}`;
    case "RefusedError":
      return `${refusal.code}: ${refusal.message}`;
  }
}

for await (const customer of customers()) {
  console.log(`customer ${customer.name}, tier ${customer.tier ?? "none"}`);
}

const key = randomUUID();
const input = { name: "Quay & Daughters" };
const first = (await client.ask(CreateCustomerDocument, { input, key })).createCustomer;
const again = (await client.ask(CreateCustomerDocument, { input, key })).createCustomer;
if (first.customer == null || again.customer?.id !== first.customer.id) {
  throw new Error("sent twice under one key, it was not the same customer");
}
console.log(`created ${first.customer.name} once; replayed: ${first.replayed}, ${again.replayed}`);

const { id, version } = first.customer;
const tooLong = await client.ask(RenameCustomerDocument, { id, version, name: "x".repeat(201) });
tooLong.updateCustomer.userErrors.forEach((it) => console.log(`refused: ${told(it)}`));
await client.ask(RenameCustomerDocument, { id, version, name: "Quay & Sons" });
const late = await client.ask(RenameCustomerDocument, { id, version, name: "Quay & Co." });
late.updateCustomer.userErrors.forEach((it) => console.log(`refused: ${told(it)}`));

const found = (await client.ask(WholeCustomerDocument, { id }, { partial: true })).customer;
console.log(`whole: ${found?.name}, ${found?.orders?.nodes.length ?? "?"} orders,`
  + ` ${found?.cases?.nodes.length ?? "?"} cases`);

const forms = await client.ask(FormsDocument, {});
for (const form of [
  ...(forms.customersRecordTypes ?? []),
  ...(forms.salesRecordTypes ?? []),
  ...(forms.serviceDeskRecordTypes ?? []),
]) {
  const needed = form.fields.filter((it) => it.isRequired).map((it) => it.inputName);
  console.log(`form ${form.name}: needs ${needed.join(", ")}; create: ${form.permissions.create}`);
}
