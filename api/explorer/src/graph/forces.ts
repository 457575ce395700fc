// The forces of ForceAtlas2 (Jacomy, Venturini, Heymann & Bastian 2014, PLoS ONE 9(6): e98679):
// edges pull as far as they are long, nodes push by their degrees and by 1/distance, and all is
// drawn to the middle, the more the farther it is. What pushes from afar is taken together by cells of a pyramid of grids
// (Greengard & Rokhlin 1987, J. Comput. Phys. 73: 325-348, at the lowest order), so that a round
// takes about as long as there are nodes and edges.

const PUSH = 8;
const GRAVITY = 0.05;
// How much swinging is borne for the sake of speed.
const TOLERANCE = 1;
const PER_CELL = 3;
const MOST_LEVELS = 8;
// Of the nodes of a crowded cell some stand for all, others each round.
const MOST_NEAR = 24;

/** One grid of the pyramid: 2^level cells a side; mass, its middle, and the push on a unit of it. */
interface Grid {
  side: number;
  mass: Float64Array;
  x: Float64Array;
  y: Float64Array;
  fx: Float64Array;
  fy: Float64Array;
}

export class Forces {
  private readonly n: number;
  private readonly mass: Float32Array;
  private readonly now: Float32Array;
  private readonly before: Float32Array;
  private readonly grids: Grid[] = [];
  private readonly cell: Uint32Array;
  private readonly first: Uint32Array;
  private readonly inCells: Uint32Array;
  private speed = 1;

  constructor(
    private readonly places: Float32Array,
    private readonly ends: Uint32Array,
  ) {
    this.n = places.length / 2;
    this.mass = new Float32Array(this.n).fill(1);
    for (const row of ends) this.mass[row]! += 1;
    this.now = new Float32Array(places.length);
    this.before = new Float32Array(places.length);
    const deep = Math.ceil(Math.log(Math.max(1, this.n / PER_CELL)) / Math.log(4));
    for (let level = 0; level <= Math.min(MOST_LEVELS, Math.max(2, deep)); level += 1) {
      this.grids.push(gridOf(2 ** level));
    }
    this.cell = new Uint32Array(this.n);
    this.first = new Uint32Array(this.finest.side ** 2 + 1);
    this.inCells = new Uint32Array(this.n);
  }

  /** Move every node once. */
  step(round: number): void {
    this.before.set(this.now);
    this.now.fill(0);
    this.sort();
    for (let level = 2; level < this.grids.length; level += 1) this.pushCells(level);
    this.pushNodes(round);
    this.pull();
    this.move();
  }

  private get finest(): Grid {
    return this.grids.at(-1)!;
  }

  /** Put the nodes into the cells of the finest grid, and add up all grids from there. */
  private sort(): void {
    const { places, mass, cell, first, inCells, finest, n } = this;
    let [left, top, size] = [Infinity, Infinity, 1e-3];
    for (let at = 0; at < 2 * n; at += 2) {
      left = Math.min(left, places[at]!);
      top = Math.min(top, places[at + 1]!);
    }
    for (let at = 0; at < 2 * n; at += 2) {
      size = Math.max(size, places[at]! - left, places[at + 1]! - top);
    }
    for (const grid of this.grids) {
      for (const column of [grid.mass, grid.x, grid.y, grid.fx, grid.fy]) column.fill(0);
    }
    first.fill(0);
    const scale = (finest.side * 0.9999) / size;
    for (let row = 0; row < n; row += 1) {
      const [x, y, m] = [places[2 * row]!, places[2 * row + 1]!, mass[row]!];
      const at = Math.floor((y - top) * scale) * finest.side + Math.floor((x - left) * scale);
      cell[row] = at;
      first[at + 1]! += 1;
      finest.mass[at]! += m;
      finest.x[at]! += m * x;
      finest.y[at]! += m * y;
    }
    for (let at = 0; at < finest.side ** 2; at += 1) first[at + 1]! += first[at]!;
    const free = first.slice();
    for (let row = 0; row < n; row += 1) {
      inCells[free[cell[row]!]!] = row;
      free[cell[row]!]! += 1;
    }
    for (let level = this.grids.length - 1; level > 0; level -= 1) {
      addUp(this.grids[level]!, this.grids[level - 1]!);
    }
    this.grids.forEach(toMiddles);
  }

  /** Push the cells of a grid by those that are apart, and yet near for the grid above. */
  private pushCells(level: number): void {
    const { side, mass, x, y, fx, fy } = this.grids[level]!;
    const above = this.grids[level - 1]!;
    for (let j = 0; j < side; j += 1) {
      for (let i = 0; i < side; i += 1) {
        const at = j * side + i;
        if (!mass[at]) continue;
        const parent = (j >> 1) * above.side + (i >> 1);
        let [pushX, pushY] = [above.fx[parent]!, above.fy[parent]!];
        const [low, high] = [Math.max(0, (j >> 1) * 2 - 2), Math.min(side, (j >> 1) * 2 + 4)];
        const [start, end] = [Math.max(0, (i >> 1) * 2 - 2), Math.min(side, (i >> 1) * 2 + 4)];
        for (let v = low; v < high; v += 1) {
          for (let u = start; u < end; u += 1) {
            const other = v * side + u;
            if (!mass[other] || (Math.abs(u - i) < 2 && Math.abs(v - j) < 2)) continue;
            const [dx, dy] = [x[at]! - x[other]!, y[at]! - y[other]!];
            const push = (PUSH * mass[other]!) / (dx * dx + dy * dy);
            pushX += push * dx;
            pushY += push * dy;
          }
        }
        fx[at] = pushX;
        fy[at] = pushY;
      }
    }
  }

  /** Push each node by its cell's push and by the nodes around it, and draw it to the middle. */
  private pushNodes(round: number): void {
    const { places, mass, now, cell, first, inCells, finest } = this;
    const { side, fx, fy } = finest;
    for (let row = 0; row < this.n; row += 1) {
      const at = cell[row]!;
      const [x, y] = [places[2 * row]!, places[2 * row + 1]!];
      const [i, j] = [at % side, Math.floor(at / side)];
      let [pushX, pushY] = [fx[at]!, fy[at]!];
      for (let v = Math.max(0, j - 1); v <= Math.min(side - 1, j + 1); v += 1) {
        for (let u = Math.max(0, i - 1); u <= Math.min(side - 1, i + 1); u += 1) {
          const [start, end] = [first[v * side + u]!, first[v * side + u + 1]!];
          const stride = Math.ceil((end - start) / MOST_NEAR);
          for (let k = start + (round % Math.max(1, stride)); k < end; k += stride) {
            const other = inCells[k]!;
            if (other === row) continue;
            // Two in one place part by their order.
            const dx = x - places[2 * other]! || (row - other) * 1e-3;
            const dy = y - places[2 * other + 1]!;
            const push = (PUSH * stride * mass[other]!) / Math.max(1e-2, dx * dx + dy * dy);
            pushX += push * dx;
            pushY += push * dy;
          }
        }
      }
      now[2 * row] = mass[row]! * (pushX - GRAVITY * x);
      now[2 * row + 1] = mass[row]! * (pushY - GRAVITY * y);
    }
  }

  private pull(): void {
    const { places, ends, now } = this;
    for (let n = 0; n < ends.length; n += 2) {
      const [a, b] = [2 * ends[n]!, 2 * ends[n + 1]!];
      const [dx, dy] = [places[b]! - places[a]!, places[b + 1]! - places[a + 1]!];
      now[a]! += dx;
      now[a + 1]! += dy;
      now[b]! -= dx;
      now[b + 1]! -= dy;
    }
  }

  /** Go along the forces: slower where a node swings, faster where all go on as they went. */
  private move(): void {
    const { places, mass, now, before, n } = this;
    let [swinging, going] = [1e-9, 0];
    for (let row = 0; row < n; row += 1) {
      const [x, y, oldX, oldY] = [
        now[2 * row]!, now[2 * row + 1]!, before[2 * row]!, before[2 * row + 1]!,
      ];
      swinging += mass[row]! * Math.hypot(x - oldX, y - oldY);
      going += (mass[row]! * Math.hypot(x + oldX, y + oldY)) / 2;
    }
    this.speed = Math.min((TOLERANCE * going) / swinging, this.speed * 1.5);
    for (let at = 0; at < 2 * n; at += 2) {
      const [x, y] = [now[at]!, now[at + 1]!];
      const swing = mass[at / 2]! * Math.hypot(x - before[at]!, y - before[at + 1]!);
      const pace = this.speed / (1 + Math.sqrt(this.speed * swing)) / mass[at / 2]!;
      places[at]! += x * pace;
      places[at + 1]! += y * pace;
    }
  }
}

function gridOf(side: number): Grid {
  const column = () => new Float64Array(side * side);
  return { side, mass: column(), x: column(), y: column(), fx: column(), fy: column() };
}

/** Add the mass of a grid, and its moments, to the grid above it. */
function addUp(grid: Grid, above: Grid): void {
  for (let at = 0; at < grid.mass.length; at += 1) {
    if (!grid.mass[at]) continue;
    const [i, j] = [at % grid.side, Math.floor(at / grid.side)];
    const parent = (j >> 1) * above.side + (i >> 1);
    above.mass[parent]! += grid.mass[at]!;
    above.x[parent]! += grid.x[at]!;
    above.y[parent]! += grid.y[at]!;
  }
}

function toMiddles({ mass, x, y }: Grid): void {
  for (let at = 0; at < mass.length; at += 1) {
    if (!mass[at]) continue;
    x[at]! /= mass[at]!;
    y[at]! /= mass[at]!;
  }
}
