/** How wide a part of the page is, in pixels: what is drawn in it has letters as large as those around it. */
import { onBeforeUnmount, onMounted, ref, type Ref } from "vue";

export function useWidth(of: Ref<HTMLElement | undefined>, least: number): Ref<number> {
  const width = ref(Math.max(least, 560));
  const watching = new ResizeObserver(([seen]) => (width.value = Math.max(least, Math.round(seen!.contentRect.width))));
  onMounted(() => watching.observe(of.value!));
  onBeforeUnmount(() => watching.disconnect());
  return width;
}
