// The graph on the page: layers of canvases, and when each is drawn. It knows nothing of the server.
import { isDark } from "../session";
import { Camera } from "./camera";
import { paintHull } from "./hulls";
import { bitsOf, coloursOf, isHidden, marksOf, stepsOf, type Steps, type Wanted } from "./looks";
import type { Model } from "./model";
import { byWeight, Names, type Spot } from "./names";
import { Painter } from "./painter";

// From here on edges and names are left out while something moves: they are most of what is drawn.
export const MANY_EDGES = 5_000;
const REST_MS = 200;
// A frame that takes longer can be seen to jerk; one alone may be chance.
const SLOW_MS = 34;
const SLOW_FRAMES = 2;
const REACH_PX = 5;
// Edges are drawn until they cover so many pixels, which takes a tenth of a second in software.
const MOST_PX = 5_000_000;
const SAMPLE = 2_000;

export class Stage {
  readonly camera = new Camera();
  private readonly sheets: HTMLDivElement;
  private readonly under: HTMLCanvasElement;
  private readonly over: HTMLCanvasElement;
  private readonly points: HTMLCanvasElement;
  private readonly painter: Painter;
  private readonly many: boolean;
  private readonly order: Uint32Array;
  private readonly watcher: ResizeObserver;
  private steps: Steps;
  private marks: Uint8Array;
  private colours;
  private settled = false;
  private held = false;
  private hovered = -1;
  private frame = 0;
  private rest = 0;
  private asked = 0;
  private nSlow = 0;
  private drawn = { ...this.camera.sight };

  constructor(
    private readonly container: HTMLElement,
    private readonly model: Model,
    private wanted: Wanted,
  ) {
    this.many = model.edges.length > MANY_EDGES;
    this.sheets = document.createElement("div");
    this.sheets.className = "sheets";
    [this.under, this.points, this.over] = ["hulls", "points", "names"].map((name) => {
      const canvas = document.createElement("canvas");
      canvas.className = name;
      this.sheets.append(canvas);
      return canvas;
    }) as [HTMLCanvasElement, HTMLCanvasElement, HTMLCanvasElement];
    this.painter = new Painter(this.points, model, !this.many);
    container.append(this.sheets);
    this.colours = coloursOf(isDark(), model.edges.length);
    this.order = byWeight(model);
    this.steps = stepsOf(model, wanted.clock);
    this.marks = marksOf(model, wanted);
    this.dateAll();
    this.resize();
    this.replace(false);
    this.watcher = new ResizeObserver(() => this.resize());
    this.watcher.observe(container);
  }

  /** Show other layers, another moment, or others lit. */
  show(wanted: Wanted): void {
    const before = this.wanted;
    if (wanted === before) return;
    this.wanted = wanted;
    if (wanted.clock !== before.clock) this.steps = stepsOf(this.model, wanted.clock);
    const marked = wanted.lit !== before.lit || wanted.chosen !== before.chosen;
    if (marked) this.marks = marksOf(this.model, wanted);
    if (marked || wanted.clock !== before.clock) this.dateAll();
    this.redraw();
  }

  /** Take the places of the model anew: the layout has moved them, or has come to its end. */
  replace(settled: boolean): void {
    this.settled = settled;
    this.painter.place();
    this.fit();
    this.redraw();
  }

  /** Say whether the user holds the view: then what takes long waits. */
  hold(held: boolean): void {
    this.held = held;
    if (!held && this.many) this.drawAtRest();
  }

  /** Take the colours anew, after the page turned dark or light. */
  recolour(): void {
    this.colours = coloursOf(isDark(), this.model.edges.length);
    this.redraw();
  }

  /** Bring a node into the middle of the view. */
  lookAt(uid: string): void {
    const row = this.model.rows.get(uid);
    if (row === undefined) return;
    const { places } = this.model;
    const zoom = Math.max(this.camera.sight.zoom, this.camera.whole * 2.5);
    this.camera.look({ x: places[2 * row]!, y: places[2 * row + 1]!, zoom });
    this.redraw();
  }

  /** Show all of the graph again. */
  lookAtAll(): void {
    this.camera.moved = false;
    this.fit();
    this.redraw();
  }

  /** Draw at the next frame, or shift what is drawn where drawing is slow. */
  moved(): void {
    if (this.nSlow >= SLOW_FRAMES) {
      this.shift();
      this.drawAtRest();
    } else this.redraw();
  }

  /** Return the uid of the node at a point of the view. */
  nodeAt(x: number, y: number): string | null {
    const row = this.rowAt(x, y);
    return row < 0 ? null : this.model.nodes[row]!.uid;
  }

  /** Name the node at a point of the view, for as long as the pointer is there. */
  hover(x: number, y: number): void {
    const row = this.rowAt(x, y);
    if (row === this.hovered) return;
    this.hovered = row;
    this.container.style.cursor = row < 0 ? "" : "pointer";
    this.paintOver(true);
  }

  kill(): void {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.rest);
    this.watcher.disconnect();
    this.painter.kill();
    this.sheets.remove();
  }

  private get dense(): number {
    // Without a graphics processor of its own each pixel counts.
    return this.many ? 1 : Math.min(2, window.devicePixelRatio || 1);
  }

  private get grow(): number {
    return Math.min(5, Math.max(0.6, Math.sqrt(this.camera.sight.zoom / this.camera.whole)));
  }

  private dateAll(): void {
    this.painter.date(this.steps.from, this.steps.to, this.model.spans.past, this.marks);
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.container;
    this.camera.width = Math.max(1, clientWidth);
    this.camera.height = Math.max(1, clientHeight);
    for (const canvas of [this.under, this.points, this.over]) {
      canvas.width = this.camera.width * this.dense;
      canvas.height = this.camera.height * this.dense;
    }
    this.fit();
    this.draw(false);
  }

  private fit(): void {
    const { places } = this.model;
    const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
    for (let at = 0; at < places.length; at += 2) {
      box.left = Math.min(box.left, places[at]!);
      box.right = Math.max(box.right, places[at]!);
      box.top = Math.min(box.top, places[at + 1]!);
      box.bottom = Math.max(box.bottom, places[at + 1]!);
    }
    this.camera.fit(box);
  }

  private redraw(): void {
    if (this.frame) return;
    this.asked = performance.now();
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw(this.many);
      this.nSlow = performance.now() - this.asked > SLOW_MS ? this.nSlow + 1 : 0;
      if (this.many) this.drawAtRest();
    });
  }

  private drawAtRest(): void {
    clearTimeout(this.rest);
    if (!this.held) this.rest = window.setTimeout(() => this.draw(false), REST_MS);
  }

  /** Move the picture that is there to where it would stand if it were drawn. */
  private shift(): void {
    const { sight, width, height } = this.camera;
    const scale = sight.zoom / this.drawn.zoom;
    const x = (this.drawn.x - sight.x) * sight.zoom + (1 - scale) * (width / 2);
    const y = (this.drawn.y - sight.y) * sight.zoom + (1 - scale) * (height / 2);
    this.sheets.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
  }

  private draw(inMotion: boolean): void {
    const { wanted, steps } = this;
    const at = wanted.at === null ? -1 : steps.moments.findIndex((each) => each >= wanted.at!);
    this.sheets.style.transform = "";
    this.drawn = { ...this.camera.sight };
    const scene = {
      layers: bitsOf(wanted.layers),
      at: wanted.at !== null && at < 0 ? steps.moments.length : at,
      lit: wanted.lit.size > 0,
      grow: this.grow,
      edges: inMotion ? 0 : this.nEdges(),
    };
    this.painter.draw(this.camera, scene, this.colours, this.dense);
    this.paintUnder();
    this.paintOver(!inMotion);
  }

  /** Return how many edges there is time for: from afar a share of many, all from near. */
  private nEdges(): number {
    const { sample, ends } = this.model;
    if (!this.many) return sample.length;
    if (!this.settled) return 0;
    const { width, height } = this.camera;
    const inside = (a: number, b: number, room: number) => {
      const [low, high] = a < b ? [a, b] : [b, a];
      return Math.max(0, Math.min(room, high) - Math.max(0, low)) / Math.max(1, high - low);
    };
    let covered = 0;
    for (const edge of sample.subarray(0, SAMPLE)) {
      const [a, b] = [this.spot(ends[2 * edge]!), this.spot(ends[2 * edge + 1]!)];
      const share = Math.min(inside(a.x, b.x, width), inside(a.y, b.y, height));
      covered += share * Math.hypot(a.x - b.x, a.y - b.y);
    }
    return Math.min(sample.length, Math.floor((SAMPLE * MOST_PX) / Math.max(1, covered)));
  }

  private paintUnder(): void {
    const context = this.cleared(this.under);
    for (const rows of this.model.hulls) {
      if (isHidden(this.model, rows[0]!, this.wanted)) continue;
      paintHull(context, rows.map((row) => this.spot(row)), this.colours.hull);
    }
    if (!this.wanted.lit.size) return;
    context.strokeStyle = this.colours.lit;
    context.lineWidth = 2.5;
    const { ends } = this.model;
    for (let n = 0; n < ends.length; n += 2) {
      if (!this.marks[ends[n]!] || !this.marks[ends[n + 1]!]) continue;
      const [a, b] = [this.spot(ends[n]!), this.spot(ends[n + 1]!)];
      context.beginPath();
      context.moveTo(a.x, a.y);
      context.lineTo(b.x, b.y);
      context.stroke();
    }
  }

  private paintOver(named: boolean): void {
    const context = this.cleared(this.over);
    if (!named) return;
    const names = new Names(context, this.colours);
    const { model, wanted, marks, hovered } = this;
    const marked = [...marks.keys()].filter((row) => marks[row]);
    if (hovered >= 0) marked.unshift(hovered);
    for (const row of marked) {
      if (isHidden(model, row, wanted)) continue;
      this.ring(context, row);
      names.write(model, row, this.spot(row), true);
    }
    for (const row of this.order) {
      const spot = this.spot(row);
      if (names.full) break;
      if (marks[row] || row === hovered || !this.inSight(spot)) continue;
      if (!isHidden(model, row, wanted)) names.write(model, row, spot, false);
    }
  }

  private ring(context: CanvasRenderingContext2D, row: number): void {
    const { x, y, radius } = this.spot(row);
    context.strokeStyle = this.colours.lit;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, radius * (this.marks[row] ? 1.5 : 1) + 2, 0, 2 * Math.PI);
    context.stroke();
  }

  private cleared(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
    const context = canvas.getContext("2d")!;
    context.setTransform(this.dense, 0, 0, this.dense, 0, 0);
    context.clearRect(0, 0, this.camera.width, this.camera.height);
    return context;
  }

  private spot(row: number): Spot {
    const { sight, width, height } = this.camera;
    const { places, radii } = this.model;
    return {
      x: (places[2 * row]! - sight.x) * sight.zoom + width / 2,
      y: (places[2 * row + 1]! - sight.y) * sight.zoom + height / 2,
      radius: radii[row]! * this.grow,
    };
  }

  private inSight({ x, y }: Spot): boolean {
    return x > 0 && y > 0 && x < this.camera.width && y < this.camera.height;
  }

  private rowAt(x: number, y: number): number {
    let [found, nearest] = [-1, Infinity];
    for (let row = 0; row < this.model.nodes.length; row += 1) {
      const spot = this.spot(row);
      const away = Math.hypot(spot.x - x, spot.y - y) - spot.radius;
      if (away > REACH_PX || away >= nearest || isHidden(this.model, row, this.wanted)) continue;
      [found, nearest] = [row, away];
    }
    return found;
  }
}
