/** What is said, in the language that was chosen; and dates, numbers and lengths of time, said in it. */
import Banana from "banana-i18n";
import { ref, shallowRef, watchEffect } from "vue";
import english from "../i18n/en.json";

type Messages = Record<string, string>;
export const LANGUAGES: Record<string, { name: string; dir: "ltr" | "rtl" }> = {
  en: { name: "English", dir: "ltr" },
  he: { name: "עברית", dir: "rtl" },
};
const others: Record<string, () => Promise<{ default: unknown }>> = { he: () => import("../i18n/he.json") };

const LANGUAGE = "mentorgraph.language";
export const locale = ref("en");
const banana = shallowRef(made("en", english));

function made(language: string, messages: unknown): Banana {
  const said = messagesOf(messages);
  const found = new Banana(language, { messages: { [language]: said } as never, finalFallback: "en" });
  if (language !== "en") found.load(messagesOf(english) as never, "en");
  return found;
}

function messagesOf(file: unknown): Messages {
  const { "@metadata": _, ...rest } = file as Messages & { "@metadata": unknown };
  return rest as Messages;
}

/** Which language to begin with: the address says, or was said before, or the browser. */
export function wanted(): string {
  const asked = [new URLSearchParams(location.search).get("uselang"), localStorage.getItem(LANGUAGE), ...navigator.languages];
  return asked.map((one) => one?.split("-")[0] ?? "").find((one) => one in LANGUAGES) ?? "en";
}

export async function speak(language: string, { keep = false } = {}): Promise<void> {
  const messages = language in others ? (await others[language]!()).default : english;
  banana.value = made(language, messages);
  locale.value = language;
  if (keep) localStorage.setItem(LANGUAGE, language);
}

watchEffect(() => {
  document.documentElement.lang = locale.value;
  document.documentElement.dir = LANGUAGES[locale.value]!.dir;
});

/** A message with its parameters. A number that `{{PLURAL}}` looks at is given as it is, and said by `number`. */
export function t(key: string, ...parameters: (string | number)[]): string {
  return banana.value.i18n(key, ...(parameters as string[]));
}

/** A name within a sentence, kept apart from the direction of what is around it. */
export const apart = (name: string): string => `\u2068${name}\u2069`;

export const number = (value: number, options?: Intl.NumberFormatOptions): string =>
  new Intl.NumberFormat(locale.value, options).format(value);

export const percent = (share: number): string => number(share, { style: "percent", maximumFractionDigits: 1 });

export function date(iso: string): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(iso));
}

export function moment(iso: string): string {
  const said = new Intl.DateTimeFormat(locale.value, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
  return `${said.format(new Date(iso))} UTC`;
}

export const DAY = 86_400_000;
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * DAY],
  ["month", 30 * DAY],
  ["day", DAY],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** How far away a moment is: "in 12 days". */
export function away(iso: string, now = Date.now()): string {
  const ahead = new Date(iso).getTime() - now;
  const [unit, length] = UNITS.find(([, one]) => Math.abs(ahead) >= one) ?? UNITS.at(-1)!;
  // "Yesterday" is a day, but "next year" may be thirteen months away or twenty-three.
  const numeric = unit === "day" || unit === "minute" ? "auto" : "always";
  // Days are those of the calendar: what comes in 47 hours is not tomorrow.
  const many = unit === "day" ? Math.floor((now + ahead) / DAY) - Math.floor(now / DAY) : Math.trunc(ahead / length);
  return new Intl.RelativeTimeFormat(locale.value, { numeric }).format(many, unit);
}

/** Days in a duration such as P7D, PT36H or P2W; null where there is none. */
export function daysOf(duration: string | null | undefined): number | null {
  if (!duration) return null;
  const found = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(duration);
  if (!found) return null;
  const [weeks, days, hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0)) as [number, number, number, number, number];
  return weeks * 7 + days + hours / 24 + minutes / 1440 + seconds / 86_400;
}

/** How long something is kept: "7 days", or as long as the mentor stays. */
export function lasting(duration: string | null | undefined): string {
  const days = daysOf(duration);
  if (days === null) return t("hold-unlimited");
  return days === 0 ? t("hold-none") : t("hold-days", Math.round(days * 10) / 10, number(days, { maximumFractionDigits: 1 }));
}

/** The word for one of the values of an enum: `state` + SUSPENDED is the message `state-suspended`. */
export const word = (kind: string, value: string): string => t(`${kind}-${value.toLowerCase().replaceAll("_", "-")}`);
