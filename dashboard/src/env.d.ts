declare module "banana-i18n" {
  export default class Banana {
    constructor(locale: string, options?: { messages?: Record<string, Record<string, string>>; finalFallback?: string });
    load(messages: Record<string, string>, locale: string): void;
    i18n(key: string, ...parameters: string[]): string;
  }
}
