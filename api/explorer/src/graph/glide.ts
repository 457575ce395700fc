// Smooth panning where drawing is slow, as without a GPU: the picture that is there is moved, and
// drawn anew when the view rests.
import type Sigma from "sigma";
import type { Drawn } from "./model";

// A frame that takes longer can be seen to jerk; one alone may be chance.
const SLOW_MS = 34;
const SLOW_FRAMES = 2;
const REST_MS = 250;

/** Have a sigma glide from when it turns out to be slow; returns how to end that. */
export function glide(sigma: Sigma<Drawn>): () => void {
  const camera = sigma.getCamera();
  const draw = sigma.scheduleRender.bind(sigma);
  // Events are placed by where the layer stands that takes them, so that one stays.
  const layers = Object.entries(sigma.getCanvases()).filter(([name]) => name !== "mouse");
  let drawn = camera.getState();
  let asked = 0;
  let nSlow = 0;
  let timer = 0;
  const onDrawn = () => {
    if (asked) nSlow = performance.now() - asked > SLOW_MS ? nSlow + 1 : 0;
    asked = 0;
    drawn = camera.getState();
    for (const [, layer] of layers) layer.style.transform = "";
  };
  const shift = () => {
    const now = camera.getState();
    const { width, height } = sigma.getDimensions();
    const at = sigma.framedGraphToViewport(drawn, { cameraState: now });
    const by = `translate(${at.x - width / 2}px, ${at.y - height / 2}px)`;
    const scaled = `${by} scale(${drawn.ratio / now.ratio})`;
    for (const [, layer] of layers) layer.style.transform = scaled;
  };
  sigma.on("afterRender", onDrawn);
  sigma.scheduleRender = () => {
    if (nSlow < SLOW_FRAMES) {
      asked ||= performance.now();
      return draw();
    }
    shift();
    clearTimeout(timer);
    timer = window.setTimeout(draw, REST_MS);
    return sigma;
  };
  return () => clearTimeout(timer);
}
