// Hyperedges as hulls: an outline around a relation and its members, under the nodes.

export interface Point {
  x: number;
  y: number;
}

/** Return the corners of the convex hull, counter-clockwise (Andrew's monotone chain). */
export function hull(points: Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  if (sorted.length < 3) return sorted;
  const half = (rows: Point[]) => {
    const chain: Point[] = [];
    for (const point of rows) {
      while (chain.length > 1 && turn(chain.at(-2)!, chain.at(-1)!, point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

const turn = (o: Point, a: Point, b: Point): number =>
  (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);

/** Draw one hull with round corners. */
export function paintHull(context: CanvasRenderingContext2D, points: Point[], color: string) {
  const corners = hull(points);
  const [first, ...rest] = corners;
  if (!first) return;
  context.beginPath();
  context.moveTo(first.x, first.y);
  for (const { x, y } of rest) context.lineTo(x, y);
  context.closePath();
  context.lineJoin = "round";
  context.strokeStyle = context.fillStyle = color;
  context.globalAlpha = 0.14;
  context.lineWidth = 22;
  context.stroke();
  context.fill();
  context.globalAlpha = 1;
}
