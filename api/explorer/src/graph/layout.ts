// The layout's side of the page: hand the graph to the worker, and place nodes as it tells.
import type { Model } from "./model";
import type { LayoutNews, LayoutTask } from "./layout.worker";

/** Start the layout of a model; returns how to end it. */
export function startLayout(model: Model, moved: (done: boolean) => void): () => void {
  const { graph } = model;
  const uids = graph.nodes();
  const rows = new Map(uids.map((uid, row) => [uid, row]));
  const places = new Float32Array(uids.length * 2);
  uids.forEach((uid, row) => {
    const { x, y } = graph.getNodeAttributes(uid);
    places[row * 2] = x;
    places[row * 2 + 1] = y;
  });
  const ends = new Uint32Array(graph.size * 2);
  let n = 0;
  graph.forEachEdge((_edge, _attributes, start, end) => {
    ends[n] = rows.get(start)!;
    ends[n + 1] = rows.get(end)!;
    n += 2;
  });
  const worker = new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
  worker.onmessage = (event: MessageEvent<LayoutNews>) => {
    const { places: found, done } = event.data;
    graph.updateEachNodeAttributes(
      (uid, drawn) => {
        const row = rows.get(uid)!;
        return { ...drawn, x: found[row * 2]!, y: found[row * 2 + 1]! };
      },
      { attributes: ["x", "y"] },
    );
    if (done) worker.terminate();
    moved(done);
  };
  const task: LayoutTask = { places, edges: ends };
  worker.postMessage(task, [places.buffer, ends.buffer]);
  return () => worker.terminate();
}
