// Serves supergraph.graphql on PORT with @apollo/gateway, as its manual says.
import { readFileSync } from "node:fs";
import { ApolloGateway } from "@apollo/gateway";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";

const gateway = new ApolloGateway({ supergraphSdl: readFileSync("supergraph.graphql", "utf8") });
const listen = { host: "127.0.0.1", port: Number(process.env.PORT) };
await startStandaloneServer(new ApolloServer({ gateway }), { listen });
