import { createRouter, createWebHistory } from "vue-router";
import Mentees from "./screens/Mentees.vue";

export const router = createRouter({
  history: createWebHistory("/"),
  routes: [
    { path: "/", name: "mentees", component: Mentees },
    { path: "/mentees/:id", name: "mentee", component: () => import("./screens/Mentee.vue") },
    { path: "/mentors", name: "mentors", component: () => import("./screens/Mentors.vue") },
    { path: "/mentors/:id", name: "mentor", component: () => import("./screens/Mentor.vue") },
    { path: "/graph", name: "graph", component: () => import("./screens/Graph.vue") },
    { path: "/policy", name: "policy", component: () => import("./screens/Policy.vue") },
    { path: "/events", name: "events", component: () => import("./screens/Events.vue") },
    { path: "/settings", name: "settings", component: () => import("./screens/Settings.vue") },
    { path: "/:rest(.*)*", name: "nowhere", component: () => import("./screens/Nowhere.vue") },
  ],
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
});
