// Where nodes stand before the layout has run: neighbours near each other, the same each time.
import type { GraphEdge } from "../types";

export interface Spot {
  x: number;
  y: number;
}

/**
 * Walk the graph depth first and lay the nodes along a Hilbert curve in that order: what comes
 * soon after each other there stands close in the plane, so the layout has little left to do.
 */
export function firstPlaces(uids: string[], edges: GraphEdge[]): Map<string, Spot> {
  const near = new Map<string, string[]>(uids.map((uid) => [uid, []]));
  for (const edge of edges) {
    near.get(edge.start)?.push(edge.end);
    near.get(edge.end)?.push(edge.start);
  }
  const order = depthFirst(uids, near);
  const side = 2 ** Math.ceil(Math.log2(Math.sqrt(Math.max(1, uids.length))) + 1);
  const step = (side * side) / Math.max(1, order.length);
  const unit = (10 * Math.sqrt(Math.max(1, order.length))) / side;
  return new Map(
    order.map((uid, n) => {
      const [x, y] = hilbert(side, Math.floor(n * step));
      return [uid, { x: (x - side / 2) * unit, y: (y - side / 2) * unit }];
    }),
  );
}

function depthFirst(uids: string[], near: Map<string, string[]>): string[] {
  const seen = new Set<string>();
  const order: string[] = [];
  for (const root of uids) {
    const open = [root];
    while (open.length) {
      const uid = open.pop()!;
      if (seen.has(uid)) continue;
      seen.add(uid);
      order.push(uid);
      for (const other of near.get(uid) ?? []) if (!seen.has(other)) open.push(other);
    }
  }
  return order;
}

/** Return the point at a distance along the Hilbert curve of a square; side is a power of two. */
function hilbert(side: number, distance: number): [number, number] {
  let [x, y, t] = [0, 0, distance];
  for (let s = 1; s < side; s *= 2) {
    const rx = 1 & Math.floor(t / 2);
    const ry = 1 & (t ^ rx);
    if (ry === 0) {
      if (rx === 1) [x, y] = [s - 1 - x, s - 1 - y];
      [x, y] = [y, x];
    }
    x += s * rx;
    y += s * ry;
    t = Math.floor(t / 4);
  }
  return [x, y];
}
