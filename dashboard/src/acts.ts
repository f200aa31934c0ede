/** What can be done with a mentee's tie, how it is told, and how it is taken back. */
import { useClientHandle, useMutation } from "@urql/vue";
import { useToast } from "@wikimedia/codex";
import { inject, reactive, ref } from "vue";
import { ClaimDocument, DeedsDocument, EndDocument, KeepDocument, RestoreDocument, TakeBackDocument, TransferDocument, type MenteeRowFragment, type TieFragment } from "./gql/graphql";
import { SESSION, type Session } from "./session";
import { apart, number, t } from "./words";

export type Act = "keep" | "end" | "restore" | "hand" | "claim";
export type Row = { node: MenteeRowFragment; relationship?: TieFragment | null };

/** How long an answer offers to take back what it tells of; the history of the mentee offers it longer. */
const UNDO_FOR = 20_000;
/** How long the server lets it be taken back. */
const SECOND_THOUGHTS = 600_000;

interface Told {
  source: string;
  sourceId?: string | null;
}

/** What was done in this tab of late, by the names of its facts, and when. */
const DEEDS = "mentorgraph.deeds";
const deeds = ref<Record<string, number>>(JSON.parse(sessionStorage.getItem(DEEDS) ?? "{}"));
const nameOf = (one: Told): string => `${one.source} ${one.sourceId}`;

function remember(events: Told[]): void {
  const now = Date.now();
  const late = Object.entries(deeds.value).filter(([, at]) => now - at < SECOND_THOUGHTS);
  deeds.value = { ...Object.fromEntries(late), ...Object.fromEntries(events.map((one) => [nameOf(one), now])) };
  sessionStorage.setItem(DEEDS, JSON.stringify(deeds.value));
}

/** Whether it was done here, and so lately that it may be taken back. */
export const isFresh = (one: Told): boolean => Date.now() - (deeds.value[nameOf(one)] ?? 0) < SECOND_THOUGHTS;
interface Refusal {
  message: string;
}

/** The acts that a tie as it stands allows; `mine` is the looking mentor's id. */
export function possible(row: Row, mayAct: boolean, mine: string | null): Act[] {
  const tie = row.relationship;
  const claims: Act[] = mine && tie?.mentor.id !== mine && row.node.state !== "OPTED_OUT" && row.node.state !== "DEPARTED" ? ["claim"] : [];
  if (!mayAct || !tie) return claims;
  if (tie.state === "SUSPENDED") return [...claims, "keep", "hand", "end"];
  if (tie.state === "ACTIVE") return [...claims, "hand", "end"];
  return tie.continuedBy || tie.mentor.status === "RESIGNED" ? claims : ["restore", ...claims];
}

export function useActs(done: () => void) {
  const session = inject<Session>(SESSION)!;
  const toast = useToast();
  const { client } = useClientHandle();
  const [keep, end, restore, transfer, claim, back] = [KeepDocument, EndDocument, RestoreDocument, TransferDocument, ClaimDocument, TakeBackDocument].map(
    (one) => useMutation(one as never),
  ) as ReturnType<typeof useMutation<any, any>>[] as [any, any, any, any, any, any];
  const asked = reactive({ act: null as Act | null, rows: [] as Row[], until: "", mentor: null as string | null, reason: "", busy: false, refused: "", effect: "" });

  function begin(act: Act, rows: Row[], mentor: string | null = null) {
    Object.assign(asked, { act, rows, until: "", mentor, reason: "", busy: false, refused: "", effect: "" });
    void preview();
  }

  /** What would come of it, asked of the server where it can be tried. */
  async function preview() {
    if (asked.act === "hand") asked.effect = await tried(transfer, { ...transferring(), validateOnly: true });
    if (asked.act === "claim" && asked.mentor) asked.effect = await tried(claim, { ...claiming(), validateOnly: true });
  }

  async function tried(mutation: any, input: unknown): Promise<string> {
    const { data, error } = await mutation.executeMutation({ input });
    if (error) return error.message;
    const payload = data.transferMentees ?? data.claimMentees;
    if (payload.userErrors.length) return payload.userErrors[0].message;
    const count = payload.transferred ?? payload.results.filter((one: { relationship: unknown }) => one.relationship).length;
    return t("effect", count, number(count), number(payload.unassigned ?? 0));
  }

  const transferring = () => ({
    from: asked.rows[0]!.relationship!.mentor.id,
    to: asked.mentor,
    mentees: asked.rows.map((one) => one.node.id),
    states: ["ACTIVE", "SUSPENDED"],
    reason: asked.reason || null,
  });
  const claiming = () => ({ mentor: asked.mentor, mentees: asked.rows.map((one) => one.node.id), reason: asked.reason || null });

  async function act() {
    asked.busy = true;
    asked.refused = "";
    const events: Told[] = [];
    const refusals: Refusal[] = [];
    let count = asked.rows.length;
    if (asked.act === "hand" || asked.act === "claim") {
      const { data, error } = await (asked.act === "hand" ? transfer.executeMutation({ input: transferring() }) : claim.executeMutation({ input: claiming() }));
      const payload = data?.transferMentees ?? data?.claimMentees;
      refusals.push(...(error ? [error] : payload.userErrors));
      count = payload?.transferred ?? count;
      if (!refusals.length) events.push(...(await madeOf(asked.rows.map((one) => one.node.id), count)));
    } else
      for (const { relationship: tie } of asked.rows) {
        const input = { relationship: tie!.id, reason: asked.reason || null, ...extra(tie!) };
        const mutation = { keep, end, restore }[asked.act as "keep" | "end" | "restore"];
        const { data, error } = await mutation.executeMutation({ input });
        const payload = (data?.keepRelationship ?? data?.endRelationship ?? data?.restoreRelationship) as { event: Told | null; userErrors: Refusal[] } | undefined;
        refusals.push(...(error ? [error] : payload!.userErrors));
        if (payload?.event) events.push(payload.event);
      }
    asked.busy = false;
    if (refusals.length) {
      asked.refused = refusals[0]!.message;
      if (refusals.length >= asked.rows.length) return;
    }
    const name = asked.rows[0]!.node.name ?? t("name-hidden");
    const told = asked.rows.length === 1 ? t(`done-${asked.act}`, apart(name)) : t("done-many", count, number(count));
    asked.act = null;
    show(told, events);
    done();
  }

  /** The facts by which these have got the mentor whom they have now; none where one of them cannot be told for sure. */
  async function madeOf(mentees: string[], count: number): Promise<Told[]> {
    const { data } = await client.query(DeedsDocument, { ids: mentees }, { requestPolicy: "network-only" }).toPromise();
    const ties = (data?.nodes ?? []).map((one) => (one?.__typename === "Mentee" ? one.relationship : null));
    const moved = asked.act === "claim" ? ties.filter((tie) => tie?.mentor.id === asked.mentor) : ties.filter((tie, at) => tie && tie.mentor.id !== asked.rows[at]!.relationship!.mentor.id);
    const made = moved.map((tie) => tie!.events.nodes.find((event) => event.kind === "STARTED" || event.kind === "TRANSFERRED"));
    // One act names its facts after itself and, behind a colon, the mentee.
    const acts = new Set(made.map((event) => event?.sourceId?.split(":")[0]));
    return made.length === count && made.every((event) => event) && acts.size === 1 ? (made as Told[]) : [];
  }

  function extra(tie: TieFragment) {
    if (asked.act === "keep") return { until: asked.until ? `${asked.until}T00:00:00Z` : null, expectedVersion: tie.version };
    return asked.act === "end" ? { expectedVersion: tie.version } : {};
  }

  function show(message: string, events: Told[]) {
    remember(events);
    const canUndo = events.length > 0 && events.every((one) => one.sourceId);
    toast.success(message, {
      autoDismiss: canUndo ? UNDO_FOR : true,
      ...(canUndo ? { actionButton: { label: t("undo"), onClick: () => void undo(events) } } : {}),
    });
  }

  async function undo(events: Told[]) {
    for (const one of events) {
      const input = { wiki: session.wiki.value, source: one.source, sourceId: one.sourceId!, reason: t("undo-reason") };
      const { data, error } = await back.executeMutation({ input });
      const refused = error?.message ?? data?.retractFact.userErrors[0]?.message;
      if (refused) return void toast.error(refused);
    }
    toast.success(t("undone"), { autoDismiss: true });
    done();
  }

  return { asked, begin, act, preview, undo };
}
