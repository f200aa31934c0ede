// GraphiQL as this server shows it: its own endpoint, its own workers, one example to begin with.

import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import "graphiql/style.css";

const WORKERS = { graphql: "graphql.worker.js", json: "json.worker.js" };

globalThis.MonacoEnvironment = {
  getWorker: (_, label) =>
    new Worker(new URL(WORKERS[label] ?? "editor.worker.js", import.meta.url), { type: "module" }),
};

const EXAMPLE = `# Mentors of the demo wiki: whom they look after
# now, and who waits for a block to end.
# One request is one SQL statement.
# Press the play button, or Ctrl-Enter.

query Dashboard {
  wiki(dbName: "demowiki") {
    mentors(first: 3) {
      nodes {
        name
        active: mentees(
          where: { state: [ACTIVE] }
          first: 5
        ) {
          nodes {
            name
            state
          }
        }
        suspended: mentees(
          where: { state: [SUSPENDED] }
          first: 5
        ) {
          nodes {
            name
            state
            suspension {
              since
              releasesAt
            }
          }
        }
      }
    }
  }
}
`;

// The same address, spoken to in `graphql-transport-ws`.
const socket = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`;

// A page of ours may bring the question that it asked, to be asked by hand.
const brought = new URLSearchParams(location.search);

createRoot(document.getElementById("graphiql")).render(
  createElement(GraphiQL, {
    fetcher: createGraphiQLFetcher({ url: "/graphql", subscriptionUrl: socket }),
    defaultQuery: EXAMPLE,
    initialQuery: brought.get("query") ?? undefined,
    initialVariables: brought.get("variables") ?? undefined,
  }),
);
