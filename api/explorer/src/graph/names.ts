// Names of nodes beside them, the larger first, none over another.
import { LAYERS } from "./layers";
import { labelOf, type Model } from "./model";
import type { Spot } from "./spots";

const FONT = "12px system-ui, sans-serif";
const FONT_MARKED = "600 12px system-ui, sans-serif";
const TALL = 15;
const GAP = 5;
const MOST = 40;
// Smaller ones have their names when one comes closer.
const LEAST_RADIUS = 5.5;
const ENTITY = LAYERS.findIndex(({ id }) => id === "entities");

/** Return the rows in the order in which they get their names: entities count for more. */
export function byWeight(model: Model): Uint32Array {
  const weight = Float32Array.from(model.radii, (radius, row) =>
    model.layers[row] === ENTITY ? radius * 1.6 : radius,
  );
  return Uint32Array.from(model.nodes.keys()).sort((a, b) => weight[b]! - weight[a]! || a - b);
}

export interface Lettering {
  ink: string;
  background: string;
}

/** Writes names in a view of some width, until there is no room for more. */
export class Names {
  private readonly taken: { left: number; top: number; right: number; bottom: number }[] = [];

  constructor(
    private readonly context: CanvasRenderingContext2D,
    private readonly lettering: Lettering,
    private readonly width: number,
  ) {}

  get full(): boolean {
    return this.taken.length >= MOST;
  }

  /** Write the name of a node; one that is marked gets it wherever it stands. */
  write(model: Model, row: number, spot: Spot, marked: boolean): void {
    if (!marked && (spot.radius < LEAST_RADIUS || this.full)) return;
    const { context, lettering } = this;
    const text = labelOf(model, row);
    context.font = marked ? FONT_MARKED : FONT;
    const wide = context.measureText(text).width;
    const right = spot.x + spot.radius + GAP;
    // On the other side where there is no room on this one.
    const left = right + wide > this.width ? spot.x - spot.radius - GAP - wide : right;
    const room = {
      left: left - GAP,
      top: spot.y - TALL / 2,
      right: left + wide + GAP,
      bottom: spot.y + TALL / 2,
    };
    const clash = this.taken.some(
      (other) =>
        room.left < other.right &&
        other.left < room.right &&
        room.top < other.bottom &&
        other.top < room.bottom,
    );
    if (clash && !marked) return;
    this.taken.push(room);
    context.lineJoin = "round";
    context.lineWidth = 3.5;
    context.strokeStyle = lettering.background;
    context.strokeText(text, left, spot.y + 4);
    context.fillStyle = lettering.ink;
    context.fillText(text, left, spot.y + 4);
  }
}
