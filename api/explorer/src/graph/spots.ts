// Where nodes and edges are in the view, in pixels.
import type { Camera } from "./camera";
import { isHidden, type Wanted } from "./looks";
import type { Model } from "./model";

export interface Spot {
  x: number;
  y: number;
  radius: number;
}

const REACH_PX = 5;
const SAMPLE = 2_000;

export class Spots {
  constructor(
    private readonly model: Model,
    private readonly camera: Camera,
  ) {}

  get width(): number {
    return this.camera.width;
  }

  /** How much larger than in full view nodes are drawn. */
  get grow(): number {
    return Math.min(5, Math.max(0.6, Math.sqrt(this.camera.sight.zoom / this.camera.whole)));
  }

  of(row: number): Spot {
    const { sight, width, height } = this.camera;
    const { places, radii } = this.model;
    return {
      x: (places[2 * row]! - sight.x) * sight.zoom + width / 2,
      y: (places[2 * row + 1]! - sight.y) * sight.zoom + height / 2,
      radius: radii[row]! * this.grow,
    };
  }

  inSight({ x, y }: Spot): boolean {
    return x > 0 && y > 0 && x < this.camera.width && y < this.camera.height;
  }

  /** Return the row of the node at a point, or -1. */
  at(x: number, y: number, wanted: Wanted): number {
    let [found, nearest] = [-1, Infinity];
    for (let row = 0; row < this.model.nodes.length; row += 1) {
      const spot = this.of(row);
      const away = Math.hypot(spot.x - x, spot.y - y) - spot.radius;
      if (away > REACH_PX || away >= nearest || isHidden(this.model, row, wanted)) continue;
      [found, nearest] = [row, away];
    }
    return found;
  }

  /** Return how many edges cover about so many pixels of the view: of many, a sample is measured. */
  edgesThatCover(pixels: number): number {
    const { sample, ends } = this.model;
    const { width, height } = this.camera;
    let covered = 0;
    for (const edge of sample.subarray(0, SAMPLE)) {
      const [a, b] = [this.of(ends[2 * edge]!), this.of(ends[2 * edge + 1]!)];
      const share = Math.min(shareInside(a.x, b.x, width), shareInside(a.y, b.y, height));
      covered += share * Math.hypot(a.x - b.x, a.y - b.y);
    }
    return Math.min(sample.length, Math.floor((SAMPLE * pixels) / Math.max(1, covered)));
  }
}

function shareInside(a: number, b: number, room: number): number {
  const [low, high] = a < b ? [a, b] : [b, a];
  return Math.max(0, Math.min(room, high) - Math.max(0, low)) / Math.max(1, high - low);
}
