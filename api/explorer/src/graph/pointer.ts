// Fingers, mouse and wheel on the graph: drag to move, pinch or wheel to zoom, click to choose.
import type { Stage } from "./stage";

const CLICK_PX = 4;
const PER_WHEEL = 0.0015;

/**
 * Have a stage follow the pointers over an element; returns how to end that.
 *
 * @param hold told when the view is taken hold of, and when it is let go
 */
export function followPointers(
  element: HTMLElement,
  stage: Stage,
  chosen: (uid: string | null) => void,
  hold: (held: boolean) => void,
): () => void {
  const down = new Map<number, { x: number; y: number }>();
  let gone = 0;
  const at = (event: MouseEvent) => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const onDown = (event: PointerEvent) => {
    element.setPointerCapture(event.pointerId);
    if (!down.size) gone = 0;
    hold(true);
    down.set(event.pointerId, at(event));
  };
  const onMove = (event: PointerEvent) => {
    const [now, before] = [at(event), down.get(event.pointerId)];
    if (!before) return stage.hover(now.x, now.y);
    down.set(event.pointerId, now);
    gone += Math.hypot(now.x - before.x, now.y - before.y);
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const apart = (one: typeof now) => Math.max(1, Math.hypot(one.x - other.x, one.y - other.y));
      stage.camera.zoomBy(apart(now) / apart(before), other);
    } else if (gone > CLICK_PX) stage.camera.pan(now.x - before.x, now.y - before.y);
    stage.moved();
  };
  const onUp = (event: PointerEvent) => {
    const { x, y } = at(event);
    const clicked = down.delete(event.pointerId) && !down.size && gone <= CLICK_PX;
    if (!down.size) hold(false);
    if (clicked && event.type === "pointerup") chosen(stage.nodeAt(x, y));
  };
  const onWheel = (event: WheelEvent) => {
    event.preventDefault();
    stage.camera.zoomBy(Math.exp(-event.deltaY * PER_WHEEL), at(event));
    stage.moved();
  };
  const stop = new AbortController();
  const { signal } = stop;
  element.addEventListener("pointerdown", onDown, { signal });
  element.addEventListener("pointermove", onMove, { signal });
  element.addEventListener("pointerup", onUp, { signal });
  element.addEventListener("pointercancel", onUp, { signal });
  element.addEventListener("wheel", onWheel, { signal, passive: false });
  return () => stop.abort();
}
