/** The address is the state: what it says is read here, and written here. */
import { computed, type WritableComputedRef } from "vue";
import { useRoute, useRouter, type LocationQueryRaw } from "vue-router";

type Patch = Record<string, string | null | undefined>;

/** Reads and changes the query of the address. What is set to nothing is left out of it. */
export function useAddress() {
  const route = useRoute();
  const router = useRouter();
  const get = (name: string, or = ""): string => {
    const found = route.query[name];
    return typeof found === "string" ? found : or;
  };
  const list = (name: string): string[] => get(name).split(",").filter(Boolean);
  const to = (patch: Patch): { query: LocationQueryRaw } => ({
    query: Object.fromEntries(Object.entries({ ...route.query, ...patch }).filter(([, value]) => value)) as LocationQueryRaw,
  });
  const set = (patch: Patch, { replace = false } = {}) => (replace ? router.replace(to(patch)) : router.push(to(patch)));
  const text = (name: string, reset: Patch = {}): WritableComputedRef<string> =>
    computed({ get: () => get(name), set: (value) => void set({ ...reset, [name]: value }) });
  return { get, list, to, set, text };
}

/** What of the address every page keeps. */
export function kept(query: LocationQueryRaw): LocationQueryRaw {
  return Object.fromEntries(["wiki", "uselang", "theme"].filter((one) => query[one]).map((one) => [one, query[one]])) as LocationQueryRaw;
}
