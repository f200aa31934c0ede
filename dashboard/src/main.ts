import urql from "@urql/vue";
import { createApp } from "vue";
import App from "./App.vue";
import { client } from "./client";
import { router } from "./router";
import "./style.less";
import { speak, t, wanted } from "./words";

await speak(wanted());
const app = createApp(App);
app.provide("CdxI18nFunction", (key: string, ...parameters: string[]) => {
  const said = t(key, ...parameters);
  return said === key ? null : said;
});
// A menu is not cut off by the table that it opens in.
app.provide("CdxTeleportMenus", true);
app.use(router).use(urql, client).mount("#app");
