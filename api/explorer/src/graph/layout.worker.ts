// The layout, off the page's thread: ForceAtlas2 in rounds, and the places after each few.
import iterate from "graphology-layout-forceatlas2/iterate.js";

export interface LayoutTask {
  /** x, y of each node. */
  places: Float32Array;
  /** Rows of the two ends of each edge. */
  edges: Uint32Array;
}

export interface LayoutNews {
  places: Float32Array;
  done: boolean;
}

// How the library's arrays are laid out: so many numbers a node, and an edge.
const PER_NODE = 10;
const PER_EDGE = 3;

onmessage = (event: MessageEvent<LayoutTask>) => {
  const { places, edges } = event.data;
  const n = places.length / 2;
  const nodes = nodeMatrix(places, edges);
  const links = edgeMatrix(edges);
  const settings = {
    linLogMode: false,
    outboundAttractionDistribution: false,
    adjustSizes: false,
    edgeWeightInfluence: 1,
    scalingRatio: 8,
    strongGravityMode: false,
    gravity: 0.6,
    slowDown: 1 + Math.log(Math.max(2, n)),
    barnesHutOptimize: n > 800,
    barnesHutTheta: n > 10_000 ? 1.2 : 0.7,
  };
  // More rounds where they cost little; a large graph begins near its end.
  const rounds = Math.round(Math.min(300, Math.max(25, 300_000 / n)));
  // To draw it anew takes the page a while, too.
  const pauses = new Set(n > 20_000 ? [10] : [2, 8, 20, 45, 90, 180]);
  for (let round = 1; round <= rounds; round += 1) {
    iterate(settings, nodes, links);
    if (pauses.has(round) && round < rounds) tell(nodes, n, false);
  }
  tell(nodes, n, true);
};

function nodeMatrix(places: Float32Array, edges: Uint32Array): Float32Array {
  const n = places.length / 2;
  const nodes = new Float32Array(n * PER_NODE);
  for (let row = 0; row < n; row += 1) {
    nodes[row * PER_NODE] = places[row * 2]!;
    nodes[row * PER_NODE + 1] = places[row * 2 + 1]!;
    nodes[row * PER_NODE + 6] = 1; // mass
    nodes[row * PER_NODE + 7] = 1; // convergence
    nodes[row * PER_NODE + 8] = 1; // size
  }
  for (const row of edges) nodes[row * PER_NODE + 6]! += 1;
  return nodes;
}

function edgeMatrix(edges: Uint32Array): Float32Array {
  const links = new Float32Array((edges.length / 2) * PER_EDGE);
  for (let row = 0; row < edges.length / 2; row += 1) {
    links[row * PER_EDGE] = edges[row * 2]! * PER_NODE;
    links[row * PER_EDGE + 1] = edges[row * 2 + 1]! * PER_NODE;
    links[row * PER_EDGE + 2] = 1;
  }
  return links;
}

function tell(nodes: Float32Array, n: number, done: boolean): void {
  const places = new Float32Array(n * 2);
  for (let row = 0; row < n; row += 1) {
    places[row * 2] = nodes[row * PER_NODE]!;
    places[row * 2 + 1] = nodes[row * PER_NODE + 1]!;
  }
  const news: LayoutNews = { places, done };
  postMessage(news, { transfer: [places.buffer] });
}
