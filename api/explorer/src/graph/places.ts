// Where nodes stand before the layout has run: neighbours near each other, the same each time.

const SPACING = 10;

/**
 * Walk the graph depth first and lay the nodes along a Hilbert curve in that order: what comes
 * soon after each other there stands close in the plane, so the layout has little left to do.
 *
 * @param n how many nodes there are
 * @param ends rows of the two ends of each edge
 * @returns x and y of each node
 */
export function firstPlaces(n: number, ends: Uint32Array): Float32Array {
  const side = 2 ** Math.ceil(Math.log2(Math.sqrt(Math.max(1, n))) + 1);
  const step = (side * side) / Math.max(1, n);
  const unit = (SPACING * Math.sqrt(Math.max(1, n))) / side;
  const places = new Float32Array(2 * n);
  depthFirst(n, ends).forEach((row, at) => {
    const [x, y] = hilbert(side, Math.floor(at * step));
    places[2 * row] = (x - side / 2) * unit;
    places[2 * row + 1] = (y - side / 2) * unit;
  });
  return places;
}

/** Return the rows in the order of a walk from the first, then from the next that it left out. */
function depthFirst(n: number, ends: Uint32Array): Uint32Array {
  const { first, near } = neighbours(n, ends);
  const seen = new Uint8Array(n);
  const order = new Uint32Array(n);
  const open: number[] = [];
  let done = 0;
  for (let root = 0; root < n; root += 1) {
    open.push(root);
    while (open.length) {
      const row = open.pop()!;
      if (seen[row]) continue;
      seen[row] = 1;
      order[done] = row;
      done += 1;
      for (let at = first[row]!; at < first[row + 1]!; at += 1) {
        if (!seen[near[at]!]) open.push(near[at]!);
      }
    }
  }
  return order;
}

/** Return the neighbours of each row, one after another, and where those of each row begin. */
function neighbours(n: number, ends: Uint32Array): { first: Uint32Array; near: Uint32Array } {
  const first = new Uint32Array(n + 1);
  for (const row of ends) first[row + 1]! += 1;
  for (let row = 0; row < n; row += 1) first[row + 1]! += first[row]!;
  const free = first.slice();
  const near = new Uint32Array(ends.length);
  ends.forEach((row, at) => {
    near[free[row]!] = ends[at ^ 1]!;
    free[row]! += 1;
  });
  return { first, near };
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
