// The layout's side of the page: hand the graph to the worker, and take the places that it tells.
import type { LayoutNews, LayoutTask } from "./layout.worker";
import type { Model } from "./model";

/** Start the layout of a model, whose places change with each news; returns how to end it. */
export function startLayout(model: Model, moved: (done: boolean) => void): () => void {
  const worker = new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<LayoutNews>) => {
    model.places.set(data.places);
    if (data.done) worker.terminate();
    moved(data.done);
  };
  const task: LayoutTask = { places: model.places, ends: model.ends };
  worker.postMessage(task);
  return () => worker.terminate();
}
