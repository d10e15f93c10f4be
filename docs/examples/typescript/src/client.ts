// Asks the graph one typed operation; what is wrong with the request itself is thrown.

import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";

interface Fault {
  message: string;
  path?: (string | number)[];
  extensions: { code: string; requestId: string };
}

interface Answer<Data> {
  data?: Data | null;
  errors?: Fault[];
}

export class RequestFailed extends Error {
  constructor(readonly faults: Fault[]) {
    super(faults.map((it) => `${it.extensions.code}: ${it.message}`).join("; "));
  }
}

export class Client {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  // A part whose service is away is null, and one error says so: `partial` takes the rest.
  async ask<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    { partial = false } = {},
  ): Promise<Data> {
    const response = await fetch(this.url, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${this.token}` },
      body: JSON.stringify({ query: print(document), variables }),
    });
    const answer = (await response.json()) as Answer<Data>;
    const faults = answer.errors ?? [];
    if (answer.data == null || (faults.length > 0 && !partial)) {
      throw new RequestFailed(faults);
    }
    return answer.data;
  }
}
