// What part of the plane is in sight.

export interface Point {
  x: number;
  y: number;
}

/** The point of the plane in the middle of the view, and pixels a unit of the plane. */
export interface Sight extends Point {
  zoom: number;
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const MARGIN_PX = 28;
// So much nearer, and so much farther, than where all is in sight.
const NEAREST = 200;
const FARTHEST = 0.2;

export class Camera {
  sight: Sight = { x: 0, y: 0, zoom: 1 };
  width = 1;
  height = 1;
  /** The zoom at which all is in sight. */
  whole = 1;
  /** Whether the user has moved it: then it stays where it is. */
  moved = false;

  /** Bring all of a box into sight, unless the user looks at something. */
  fit(box: Box): void {
    const wide = Math.max(1e-6, box.right - box.left);
    const tall = Math.max(1e-6, box.bottom - box.top);
    const room = (pixels: number) => Math.max(1, pixels - 2 * MARGIN_PX);
    this.whole = Math.min(room(this.width) / wide, room(this.height) / tall);
    if (this.moved) return;
    this.sight = {
      x: (box.left + box.right) / 2,
      y: (box.top + box.bottom) / 2,
      zoom: this.whole,
    };
  }

  pan(dx: number, dy: number): void {
    const { x, y, zoom } = this.sight;
    this.look({ x: x - dx / zoom, y: y - dy / zoom, zoom });
  }

  /** Zoom about a point of the view, which stays where it is. */
  zoomBy(factor: number, at = { x: this.width / 2, y: this.height / 2 }): void {
    const { x, y, zoom } = this.sight;
    const next = Math.min(this.whole * NEAREST, Math.max(this.whole * FARTHEST, zoom * factor));
    const [dx, dy] = [at.x - this.width / 2, at.y - this.height / 2];
    this.look({ x: x + dx / zoom - dx / next, y: y + dy / zoom - dy / next, zoom: next });
  }

  look(sight: Sight): void {
    this.sight = sight;
    this.moved = true;
  }
}
