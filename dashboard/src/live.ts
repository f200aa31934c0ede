/** What happens while somebody looks: rows change where they are, and moves wait to be asked for. */
import { useClientHandle } from "@urql/vue";
import { onScopeDispose, watch, type Ref } from "vue";
import { line } from "./client";
import { TieEventsDocument, type TieEventsSubscription } from "./gql/graphql";

export type Seen = NonNullable<TieEventsSubscription["relationshipEvents"]>;
export interface Place {
  wiki: string;
  mentor?: string | null;
  mentee?: string | null;
  after: string;
}

const SOON = 500;
/** Asks anew a moment after something has happened, once for all that happens meanwhile. */
export function soon(again: () => void): () => void {
  let due: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => clearTimeout(due));
  return () => {
    due ??= setTimeout(() => {
      due = undefined;
      again();
    }, SOON);
  };
}

/** Watches a wiki, or one of its mentors or mentees, from a place in its feed; `told` hears of each event once. */
export function useLive(at: Ref<Place | null>, told: (event: Seen) => void, again: () => void): void {
  const { client } = useClientHandle();
  let stop = () => {};
  watch(
    at,
    (place) => {
      stop();
      if (!place) return;
      const seen = new Set<string>();
      const watching = client.subscription(TieEventsDocument, { ...place }).subscribe(({ data }) => {
        const event = data?.relationshipEvents;
        if (!event || seen.has(event.cursor)) return;
        seen.add(event.cursor);
        told(event);
      });
      stop = () => watching.unsubscribe();
    },
    { immediate: true },
  );
  onScopeDispose(() => stop());
  // What was missed comes by itself; what the page counts has to be asked for anew.
  watch(line, (now, before) => void (now === "live" && before === "lost" && again()));
}
