// What is painted under the nodes and over them: hulls, the ways of a walk, rings and names.
import { paintHull } from "./hulls";
import { isHidden, type Colours, type Wanted } from "./looks";
import type { Model } from "./model";
import { Names } from "./names";
import type { Spots } from "./spots";

/** All that a sheet is painted from. */
export interface Seen {
  model: Model;
  spots: Spots;
  wanted: Wanted;
  colours: Colours;
  /** Whether each node is lit or chosen. */
  marks: Uint8Array;
}

type Context = CanvasRenderingContext2D;

export function paintHulls(context: Context, { model, spots, wanted, colours }: Seen): void {
  for (const rows of model.hulls) {
    if (isHidden(model, rows[0]!, wanted)) continue;
    paintHull(context, rows.map((row) => spots.of(row)), colours.hull);
  }
}

/** Paint the edges between those that are lit. */
export function paintWays(context: Context, { model, spots, wanted, colours, marks }: Seen): void {
  if (!wanted.lit.size) return;
  context.strokeStyle = colours.lit;
  context.lineWidth = 2.5;
  const { ends } = model;
  for (let n = 0; n < ends.length; n += 2) {
    const [start, end] = [ends[n]!, ends[n + 1]!];
    if (!marks[start] || !marks[end]) continue;
    if (isHidden(model, start, wanted) || isHidden(model, end, wanted)) continue;
    const [a, b] = [spots.of(start), spots.of(end)];
    context.beginPath();
    context.moveTo(a.x, a.y);
    context.lineTo(b.x, b.y);
    context.stroke();
  }
}

/** Name those that are marked or pointed at, and as many others as there is room for. */
export function paintNames(
  context: Context,
  seen: Seen,
  order: Uint32Array,
  hovered: number,
): void {
  const { model, spots, wanted, colours, marks } = seen;
  const names = new Names(context, colours, spots.width);
  const first = [...marks.keys()].filter((row) => marks[row] && row !== hovered);
  if (hovered >= 0) first.unshift(hovered);
  for (const row of first) {
    if (isHidden(model, row, wanted)) continue;
    paintRing(context, seen, row);
    names.write(model, row, spots.of(row), true);
  }
  for (const row of order) {
    if (names.full) break;
    const spot = spots.of(row);
    if (marks[row] || row === hovered || !spots.inSight(spot)) continue;
    if (!isHidden(model, row, wanted)) names.write(model, row, spot, false);
  }
}

function paintRing(context: Context, { spots, colours, marks }: Seen, row: number): void {
  const { x, y, radius } = spots.of(row);
  context.strokeStyle = colours.lit;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, radius * (marks[row] ? 1.5 : 1) + 2, 0, 2 * Math.PI);
  context.stroke();
}
