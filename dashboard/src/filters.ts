/** The filters of a list of mentees: what the address says of them, as the API takes it, and as people read it. */
import type { BlockCategory, BlockKind, MenteeFilter, MenteeOrderField, MenteeState } from "./gql/graphql";
import { DAY, number, t, word } from "./words";

export const TABS = ["active", "suspended", "released"] as const;
export type Tab = (typeof TABS)[number];

/** Columns that the server sorts by, and the word for each in the address. */
export const SORTS: Record<string, MenteeOrderField> = {
  name: "NAME",
  since: "STATE_SINCE",
  until: "STATE_UNTIL",
  blocks: "BLOCK_COUNT",
  edits: "EDIT_COUNT",
  questions: "QUESTION_COUNT",
  reverts: "REVERTED_EDIT_COUNT",
  registered: "REGISTERED",
  last: "LAST_EDIT",
};

export const CATEGORIES: BlockCategory[] = ["USERNAME", "PROMOTION", "SPAM", "VANDALISM", "SOCKPUPPETRY", "EDIT_WARRING", "DISRUPTION", "COPYRIGHT", "HARASSMENT", "LOCK", "OTHER"];
const KINDS: BlockKind[] = ["LOCAL", "GLOBAL_BLOCK", "GLOBAL_LOCK"];

/** Each filter with what can be chosen; none: something is typed. */
export const CHOICES: Record<string, string[]> = {
  category: CATEGORIES,
  ends: ["never", "sometime"],
  scope: ["SITEWIDE", "PARTIAL"],
  kind: KINDS,
  stood: ["1", "7", "30", "90"],
  near: ["3", "7", "30"],
  edited: ["1", "7", "14", "30", "60", "180"],
  renamed: ["yes", "no"],
  starred: ["yes"],
};
export const FILTERS = [...Object.keys(CHOICES), "min", "max"];
/** What makes no sense without an open block. */
const OF_BLOCKS = ["category", "ends", "scope", "kind"];
export const fits = (filter: string, tab: Tab): boolean => (OF_BLOCKS.includes(filter) ? tab !== "active" : filter === "near" ? tab === "suspended" : true);

/** Moments are whole minutes, so that the same address asks the same question for a while. */
const ago = (days: number): string => new Date(Math.floor(Date.now() / 60_000) * 60_000 - days * DAY).toISOString();

export function whereOf(tab: Tab, get: (name: string) => string): MenteeFilter {
  const where: MenteeFilter = { state: [tab.toUpperCase() as MenteeState] };
  const said = (name: string): string => (FILTERS.includes(name) && !fits(name, tab) ? "" : get(name));
  if (said("q")) where.namePrefix = said("q");
  if (said("category")) where.blockCategory = [said("category") as BlockCategory];
  if (said("ends")) where.blockIndefinite = said("ends") === "never";
  if (said("scope")) where.blockScope = said("scope") as "SITEWIDE" | "PARTIAL";
  if (said("kind")) where.blockKind = [said("kind") as BlockKind];
  if (said("stood")) where.stateSince = { from: ago(Number(said("stood"))) };
  if (said("near")) where.releasesBefore = ago(-Number(said("near")));
  if (said("edited")) where.lastEdit = { from: ago(Number(said("edited"))) };
  if (said("renamed")) where.renamed = said("renamed") === "yes";
  if (said("starred")) where.starred = true;
  if (said("min") || said("max")) where.editCount = { min: said("min") ? Number(said("min")) : null, max: said("max") ? Number(said("max")) : null };
  return where;
}

/** A choice of a filter, in words. */
export function choice(filter: string, value: string): string {
  if (filter === "category") return word("category", value);
  if (filter === "kind") return word("kind", value);
  if (filter === "scope") return word("scope", value);
  if (["stood", "near", "edited"].includes(filter)) return t(`${filter}-days`, Number(value), number(Number(value)));
  if (filter === "min" || filter === "max") return number(Number(value));
  return t(`${filter}-${value}`);
}

/** Views that everybody has; their own people keep in the browser. */
export const VIEWS: Record<string, Record<string, string>> = {
  attention: { tab: "suspended", near: "7", sort: "until", dir: "asc" },
  "came-back": { tab: "active", stood: "7", sort: "since", dir: "desc" },
  starred: { tab: "active", starred: "yes" },
};
