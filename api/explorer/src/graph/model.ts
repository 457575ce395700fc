// The graph as it is drawn: nodes and edges that were fetched, as columns with a row a node.
import { cut, textOf } from "../parts/words";
import type { GraphEdge, GraphNode, GraphPart } from "../types";
import { LAYERS, layerOf } from "./layers";
import { firstPlaces } from "./places";
import { spansOf, type Spans } from "./time";

export interface Model {
  nodes: GraphNode[];
  edges: GraphEdge[];
  rows: Map<string, number>;
  /** Rows of the two ends of each edge. */
  ends: Uint32Array;
  /** All edges, in an order of which any beginning is a sample of them. */
  sample: Uint32Array;
  /** x and y of each node. */
  places: Float32Array;
  /** In pixels, when all of the graph is in sight. */
  radii: Float32Array;
  /** Which of LAYERS each node is of. */
  layers: Uint8Array;
  spans: Spans;
  /** Rows of each hyperedge and its members. */
  hulls: number[][];
  cut: boolean;
}

const LABEL_CHARS = 40;
// So many nodes have room enough at their full size.
const ROOMY = 2_500;

export const labelOf = (model: Model, row: number): string =>
  cut(textOf(model.nodes[row]!), LABEL_CHARS);

/** Join a part to a model; a node or edge that is in both comes once. */
export function joined(model: Model, more: GraphPart): GraphPart {
  const nodes = new Map([...model.nodes, ...more.nodes].map((node) => [node.uid, node]));
  const edges = new Map(
    [...model.edges, ...more.edges].map((edge) => [`${edge.kind} ${edge.start} ${edge.end}`, edge]),
  );
  return { nodes: [...nodes.values()], edges: [...edges.values()], cut: model.cut || more.cut };
}

/** Build what is drawn; nodes that were there before keep their places. */
export function modelOf(part: GraphPart, before?: Model): Model {
  const { nodes } = part;
  const rows = new Map(nodes.map((node, row) => [node.uid, row]));
  const edges = part.edges.filter(({ start, end }) => rows.has(start) && rows.has(end));
  const ends = new Uint32Array(edges.length * 2);
  edges.forEach(({ start, end }, n) => ends.set([rows.get(start)!, rows.get(end)!], 2 * n));
  const places = firstPlaces(nodes.length, ends);
  before?.nodes.forEach(({ uid }, row) => {
    const now = rows.get(uid);
    if (now !== undefined) places.set(before.places.subarray(2 * row, 2 * row + 2), 2 * now);
  });
  const of = nodes.map((node) => layerOf(node.label));
  return {
    nodes,
    edges,
    rows,
    ends,
    sample: sampleOf(edges.length),
    places,
    radii: radiiOf(of.map((layer) => layer.size), ends),
    layers: Uint8Array.from(of, (layer) => LAYERS.indexOf(layer)),
    spans: spansOf(nodes, edges, ends),
    hulls: hullsOf(edges, ends),
    cut: part.cut,
  };
}

function radiiOf(sizes: number[], ends: Uint32Array): Float32Array {
  const degrees = new Uint32Array(sizes.length);
  for (const row of ends) degrees[row]! += 1;
  // Many are drawn small, so that they can be told apart, and that there is less to paint.
  const scale = Math.min(1, Math.sqrt(ROOMY / Math.max(1, sizes.length)));
  return Float32Array.from(sizes, (size, row) => {
    const more = Math.min(9, Math.sqrt(degrees[row]!) / 1.5);
    return (size + more) * scale;
  });
}

function hullsOf(edges: GraphEdge[], ends: Uint32Array): number[][] {
  const found = new Map<number, number[]>();
  edges.forEach(({ kind }, n) => {
    if (kind !== "MEMBER") return;
    const [start, end] = [ends[2 * n]!, ends[2 * n + 1]!];
    const rows = found.get(start);
    if (rows) rows.push(end);
    else found.set(start, [start, end]);
  });
  return [...found.values()];
}

/** Go through all with a step by the golden ratio: wherever one stops, they are spread evenly. */
function sampleOf(n: number): Uint32Array {
  const common = (a: number, b: number): number => (b ? common(b, a % b) : a);
  let step = Math.max(1, Math.round(n * 0.618));
  while (common(step, n) > 1) step += 1;
  return Uint32Array.from({ length: n }, (_, at) => (at * step) % n);
}
