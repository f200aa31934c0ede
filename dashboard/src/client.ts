/** The one place that talks to the server: operations by their ids over HTTP, what is watched over one socket. */
import { Client, fetchExchange, subscriptionExchange, type Exchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { pipe, tap } from "wonka";
import { ref } from "vue";
import { token } from "./session";

export type Line = "off" | "live" | "lost";
/** How the socket is. */
export const line = ref<Line>("off");
/** Until when everything was known, where the line is lost. */
export const lostAt = ref<string | null>(null);

const credentials = (): Record<string, string> => {
  const said = token();
  return said ? { authorization: `Bearer ${said}` } : {};
};

/** Fetched when something is watched first: a list is there before. */
let opening: Promise<import("graphql-ws").Client> | undefined;
const socket = () => (opening ??= import("graphql-ws").then(({ createClient }) => createClient(OPTIONS)));

const OPTIONS: import("graphql-ws").ClientOptions = {
  url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`,
  connectionParams: credentials,
  lazy: true,
  // From page to page it stays.
  lazyCloseTimeout: 2_000,
  keepAlive: 15_000,
  retryAttempts: Infinity,
  // A line that is lost is sought again; a mistake of ours would only be made again.
  shouldRetry: (reason) => typeof reason === "object" && reason !== null && ("code" in reason || reason instanceof Event),
  retryWait: (tries) => new Promise((go) => setTimeout(go, Math.min(500 * 2 ** tries, 8_000) * (0.75 + Math.random() / 2))),
  on: {
    connected: () => {
      line.value = "live";
      lostAt.value = null;
    },
    closed: (event) => {
      // When nobody watches anything any more we close it ourselves.
      const isOver = (event as CloseEvent).code === 1000;
      if (isOver) lostAt.value = null;
      else if (line.value === "live") lostAt.value = new Date().toISOString();
      line.value = lostAt.value ? "lost" : "off";
    },
  },
};

/** The ids of documents that were asked, by the name of the operation; the server knows each by its id. */
const ids = new Map<string, string>();

const learnIds: Exchange =
  ({ forward }) =>
  (operations) =>
    forward(
      pipe(
        operations,
        tap(({ query }) => {
          const id = (query as { __meta__?: { hash?: string } }).__meta__?.hash;
          const name = nameOf(query);
          if (id && name) ids.set(name, id);
        }),
      ),
    );

function nameOf(document: { definitions: readonly unknown[] }): string | undefined {
  const definitions = document.definitions as { kind: string; name?: { value: string } }[];
  return definitions.find((one) => one.kind === "OperationDefinition")?.name?.value;
}

function withId(options: RequestInit | undefined): RequestInit | undefined {
  if (typeof options?.body !== "string") return options;
  const { query, ...rest } = JSON.parse(options.body) as { query: string; operationName: string };
  const documentId = ids.get(rest.operationName);
  return documentId ? { ...options, body: JSON.stringify({ ...rest, documentId }) } : options;
}

/** Types without an id of their own; what they say belongs to whoever has them. */
const KEYLESS = [
  "Actor", "CategoryHold", "CategoryRule", "ClaimResult", "FormerName", "HandOver", "PageInfo", "PolicyDay", "PolicyOutcome",
  "PolicySettings", "RelationshipCounts", "RelationshipSpan", "Suspension", "Viewer", "ViewerWikiRole", "WikiCounts",
  ...["Block", "Job", "Mentee", "Mentor", "Policy", "Relationship", "RelationshipEvent", "Wiki"].flatMap((one) => [`${one}Connection`, `${one}Edge`]),
];
const starring = (isStarred: boolean) => (given: { input?: { mentee?: string } }) => ({
  __typename: "StarMenteePayload",
  mentee: { __typename: "Mentee", id: given.input?.mentee, isStarred },
  userErrors: [],
});

export const client = new Client({
  url: "/graphql",
  preferGetMethod: false,
  requestPolicy: "cache-and-network",
  fetchOptions: () => ({ headers: credentials() }),
  fetch: (address, options) => fetch(address, withId(options)),
  exchanges: [
    learnIds,
    cacheExchange({
      keys: Object.fromEntries(KEYLESS.map((one) => [one, () => null])),
      optimistic: { starMentee: starring(true) as never, unstarMentee: starring(false) as never },
    }),
    fetchExchange,
    subscriptionExchange({
      forwardSubscription(request, operation) {
        const variables = { ...(request.variables as Record<string, unknown>) };
        const operationName = nameOf(operation.query)!;
        const documentId = ids.get(operationName);
        // The library wants a text in any case; the server takes the id.
        const payload = { query: documentId ? "" : (request.query ?? ""), documentId, operationName, variables };
        return {
          subscribe(sink) {
            let stop: (() => void) | null = null;
            let isOver = false;
            void socket().then((opened) => {
              if (isOver) return;
              stop = opened.subscribe(payload as never, {
                ...sink,
                // A socket that comes back asks again with the same payload: by then from the last place seen.
                next(result) {
                  const cursor = (result.data as { relationshipEvents?: { cursor?: string } } | null)?.relationshipEvents?.cursor;
                  if (cursor) variables.after = cursor;
                  sink.next(result as never);
                },
              });
            });
            return {
              unsubscribe() {
                isOver = true;
                stop?.();
              },
            };
          },
        };
      },
    }),
  ],
});
