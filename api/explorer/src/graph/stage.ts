// The graph on the page: layers of canvases, and when each is drawn. It knows nothing of the server.
import { isDark } from "../session";
import type { Camera, Point, Sight } from "./camera";
import { bitsOf, coloursOf, marksOf, stepsOf, type Steps, type Wanted } from "./looks";
import type { Model } from "./model";
import { byWeight } from "./names";
import { paintHulls, paintNames, paintWays, type Seen } from "./overlay";
import { Painter } from "./painter";
import { Spots } from "./spots";

// From here on edges and names are left out while something moves: they are most of what is drawn.
export const MANY_EDGES = 5_000;
const REST_MS = 200;
// Where it takes longer to draw, as without a GPU, what is drawn is moved instead.
const SLOW_MS = 10;
// Edges are drawn until they cover so many pixels, which takes a tenth of a second in software.
const MOST_PX = 5_000_000;

export class Stage {
  private readonly sheets: HTMLDivElement;
  private readonly under: HTMLCanvasElement;
  private readonly over: HTMLCanvasElement;
  private readonly points: HTMLCanvasElement;
  private readonly painter: Painter;
  private readonly spots: Spots;
  private readonly many: boolean;
  private readonly order: Uint32Array;
  private readonly watcher: ResizeObserver;
  private readonly listening = new AbortController();
  private steps: Steps;
  private marks: Uint8Array;
  private colours;
  private settled = false;
  private held = false;
  private hovered = -1;
  private frame = 0;
  private rest = 0;
  private slow = false;
  private drawn: Sight;
  /** Where the chosen node stood at last; null where none is. */
  private stood: Point | null = null;

  /**
   * @param camera what is in sight; it outlives a graph that others are joined to
   * @param lost told when the browser takes the graphics processor away, and gives it back
   */
  constructor(
    private readonly container: HTMLElement,
    private readonly model: Model,
    private wanted: Wanted,
    readonly camera: Camera,
    lost: (gone: boolean) => void,
  ) {
    this.drawn = { ...camera.sight };
    this.many = model.edges.length > MANY_EDGES;
    this.spots = new Spots(model, this.camera);
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
    // The first time takes in what has to be made ready.
    this.painter.finish();
    this.slow = this.many && this.msToDraw() > SLOW_MS;
    this.watcher = new ResizeObserver(() => this.resize());
    this.watcher.observe(container);
    this.stood = this.chosenPlace;
    this.survive(lost);
  }

  /** Show other layers, another moment, or others lit. */
  show(wanted: Wanted): void {
    const before = this.wanted;
    if (wanted === before) return;
    this.wanted = wanted;
    this.stood = this.chosenPlace;
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
    this.follow();
    this.fit();
    this.redraw();
    if (settled) this.slow = this.many && this.msToDraw() > SLOW_MS;
  }

  /** Say whether the user holds the view: then edges and names wait. */
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
    if (this.slow) {
      this.shift();
      this.drawAtRest();
    } else this.redraw();
  }

  /** Return the uid of the node at a point of the view. */
  nodeAt(x: number, y: number): string | null {
    const row = this.spots.at(x, y, this.wanted);
    return row < 0 ? null : this.model.nodes[row]!.uid;
  }

  /** Name the node at a point of the view, for as long as the pointer is there. */
  hover(x: number, y: number): void {
    const row = this.spots.at(x, y, this.wanted);
    if (row === this.hovered) return;
    this.hovered = row;
    this.container.style.cursor = row < 0 ? "" : "pointer";
    this.paintOver(true);
  }

  kill(): void {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.rest);
    this.watcher.disconnect();
    this.listening.abort();
    this.painter.kill();
    this.sheets.remove();
  }

  /** Draw anew when the graphics processor has lost everything: after a sleep, or a crash of it. */
  private survive(lost: (gone: boolean) => void): void {
    const { signal } = this.listening;
    const hear = (name: string, act: (event: Event) => void) =>
      this.points.addEventListener(name, act, { signal });
    hear("webglcontextlost", (event) => {
      event.preventDefault(); // else the browser never gives it back
      lost(true);
    });
    hear("webglcontextrestored", () => {
      this.painter.prepare();
      this.painter.place();
      this.dateAll();
      this.redraw();
      lost(false);
    });
  }

  private get chosenPlace(): Point | null {
    const row = this.model.rows.get(this.wanted.chosen ?? "");
    if (row === undefined) return null;
    return { x: this.model.places[2 * row]!, y: this.model.places[2 * row + 1]! };
  }

  /** Keep the chosen node where it is on the screen, while the layout moves it. */
  private follow(): void {
    const [before, now] = [this.stood, this.chosenPlace];
    this.stood = now;
    if (!before || !now || !this.camera.moved) return;
    const { x, y, zoom } = this.camera.sight;
    this.camera.look({ x: x + now.x - before.x, y: y + now.y - before.y, zoom });
  }

  private get dense(): number {
    // Without a graphics processor of its own each pixel counts.
    return this.many ? 1 : Math.min(2, window.devicePixelRatio || 1);
  }

  /** How many edges there is time for: from afar a share of many, all from near. */
  private get nEdges(): number {
    if (!this.many) return this.model.edges.length;
    return this.settled ? this.spots.edgesThatCover(MOST_PX) : 0;
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
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw(this.many);
      if (this.many) this.drawAtRest();
    });
  }

  private msToDraw(): number {
    const began = performance.now();
    this.draw(true);
    this.painter.finish();
    return performance.now() - began;
  }

  private drawAtRest(): void {
    clearTimeout(this.rest);
    this.rest = window.setTimeout(() => this.draw(this.held), REST_MS);
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
      grow: this.spots.grow,
      edges: inMotion ? 0 : this.nEdges,
    };
    this.painter.draw(this.camera, scene, this.colours, this.dense);
    this.paintUnder();
    this.paintOver(!inMotion);
  }

  private get seen(): Seen {
    const { model, spots, wanted, colours, marks } = this;
    return { model, spots, wanted, colours, marks };
  }

  private paintUnder(): void {
    const context = this.cleared(this.under);
    paintHulls(context, this.seen);
    paintWays(context, this.seen);
  }

  private paintOver(named: boolean): void {
    const context = this.cleared(this.over);
    if (named) paintNames(context, this.seen, this.order, this.hovered);
  }

  private cleared(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
    const context = canvas.getContext("2d")!;
    context.setTransform(this.dense, 0, 0, this.dense, 0, 0);
    context.clearRect(0, 0, this.camera.width, this.camera.height);
    return context;
  }
}
