/** Who looks, and at which wiki. */
import { useQuery } from "@urql/vue";
import { computed, type ComputedRef } from "vue";
import { useRoute } from "vue-router";
import { FrameDocument } from "./gql/graphql";

const TOKEN = "mentorgraph.token";
const WIKI = "mentorgraph.wiki";

export const canSignIn = document.documentElement.dataset.signIn === "yes";

/** A token that somebody has pasted, for as long as the tab is open; who signs in with their wiki has a cookie. */
export const token = (): string | null => sessionStorage.getItem(TOKEN);

export function useToken(given: string | null): void {
  if (given) sessionStorage.setItem(TOKEN, given);
  else sessionStorage.removeItem(TOKEN);
  location.reload();
}

export interface Session {
  frame: ReturnType<typeof useQuery<import("./gql/graphql").FrameQuery>>;
  wiki: ComputedRef<string>;
  /** Where that wiki is. */
  url: ComputedRef<string>;
  name: ComputedRef<string | null>;
  isMentor: ComputedRef<boolean>;
  leads: ComputedRef<boolean>;
  tells: ComputedRef<boolean>;
}

export function openSession(): Session {
  const frame = useQuery({ query: FrameDocument, variables: {} });
  const route = useRoute();
  const wiki = computed(() => {
    const wikis = frame.data.value?.wikis.nodes.map((one) => one.dbName) ?? [];
    const asked = [route.query.wiki, localStorage.getItem(WIKI), frame.data.value?.viewer?.roles.find((one) => one.wiki)?.wiki?.dbName];
    return (asked.find((one) => wikis.includes(String(one))) as string | undefined) ?? wikis[0] ?? "";
  });
  const may = (...roles: string[]) =>
    (frame.data.value?.viewer?.roles ?? []).some((one) => roles.includes(one.role) && (!one.wiki || one.wiki.dbName === wiki.value));
  return {
    frame,
    wiki,
    url: computed(() => frame.data.value?.wikis.nodes.find((one) => one.dbName === wiki.value)?.url ?? ""),
    name: computed(() => frame.data.value?.viewer?.name ?? null),
    isMentor: computed(() => may("MENTOR")),
    leads: computed(() => may("COORDINATOR", "ADMIN")),
    tells: computed(() => may("SERVICE", "ADMIN")),
  };
}

export const rememberWiki = (wiki: string): void => localStorage.setItem(WIKI, wiki);

export const SESSION = Symbol("session");
