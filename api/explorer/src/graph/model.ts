// The graph as it is drawn: nodes and edges that were fetched, with their times and places.
import Graph from "graphology";
import { cut, textOf } from "../parts/words";
import type { GraphNode, GraphPart } from "../types";
import { layerOf } from "./layers";
import { firstPlaces } from "./places";
import { closeSuperseded, dateTimeless, spanOf, type Span } from "./time";

export interface Drawn {
  x: number;
  y: number;
  size: number;
  label: string;
  layer: string;
}

export interface Model {
  graph: Graph<Drawn>;
  nodes: Map<string, GraphNode>;
  spans: Map<string, Span>;
  /** Members of each hyperedge that is here. */
  hulls: Map<string, string[]>;
  part: GraphPart;
}

const LABEL_CHARS = 40;
// So many nodes have room enough at their full size.
const ROOMY = 4_000;

/** Join two parts; a node or edge that is in both comes once. */
export function joined(a: GraphPart, b: GraphPart): GraphPart {
  const nodes = new Map([...a.nodes, ...b.nodes].map((node) => [node.uid, node]));
  const edges = new Map(
    [...a.edges, ...b.edges].map((edge) => [`${edge.kind} ${edge.start} ${edge.end}`, edge]),
  );
  return { nodes: [...nodes.values()], edges: [...edges.values()], cut: a.cut || b.cut };
}

/** Build what is drawn; nodes that were there before keep their places. */
export function modelOf(part: GraphPart, before?: Model): Model {
  const nodes = new Map(part.nodes.map((node) => [node.uid, node]));
  const edges = part.edges.filter((edge) => nodes.has(edge.start) && nodes.has(edge.end));
  const spans = new Map(part.nodes.map((node) => [node.uid, spanOf(node)]));
  closeSuperseded(spans, edges);
  dateTimeless(spans, edges);
  const graph = new Graph<Drawn>({ multi: true, type: "directed" });
  const places = firstPlaces([...nodes.keys()], edges);
  for (const [uid, node] of nodes) {
    const layer = layerOf(node.label);
    const kept = before?.graph.hasNode(uid) ? before.graph.getNodeAttributes(uid) : undefined;
    const place = kept ?? places.get(uid) ?? { x: 0, y: 0 };
    const label = cut(textOf(node), LABEL_CHARS);
    graph.addNode(uid, { x: place.x, y: place.y, size: layer.size, label, layer: layer.id });
  }
  const hulls = new Map<string, string[]>();
  for (const edge of edges) {
    graph.addEdge(edge.start, edge.end, { kind: edge.kind });
    if (edge.kind === "MEMBER") {
      hulls.set(edge.start, [...(hulls.get(edge.start) ?? [edge.start]), edge.end]);
    }
  }
  // Many are drawn small, so that they can be told apart, and that there is less to paint.
  const scale = Math.min(1, Math.sqrt(ROOMY / Math.max(1, nodes.size)));
  graph.updateEachNodeAttributes((uid, drawn) => {
    const more = Math.min(9, Math.sqrt(graph.degree(uid)) / 1.5);
    return { ...drawn, size: (drawn.size + more) * scale };
  });
  return { graph, nodes, spans, hulls, part: { ...part, edges } };
}
