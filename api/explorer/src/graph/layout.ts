// The layout's side of the page: hand the graph to the worker, and take the places that it tells.
import type { LayoutNews, LayoutTask, LayoutWait } from "./layout.worker";
import type { Model } from "./model";

export interface Layout {
  /** Have it wait, or go on. */
  wait: (wait: boolean) => void;
  stop: () => void;
}

/** Start the layout of a model, whose places change with each news. */
export function startLayout(model: Model, moved: (done: boolean) => void): Layout {
  const worker = new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<LayoutNews>) => {
    model.places.set(data.places);
    if (data.done) worker.terminate();
    moved(data.done);
  };
  const tell = (message: LayoutTask | LayoutWait) => worker.postMessage(message);
  tell({ places: model.places, ends: model.ends });
  return { wait: (wait) => tell({ wait }), stop: () => worker.terminate() };
}
