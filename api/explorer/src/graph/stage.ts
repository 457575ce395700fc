// The canvas: sigma with what is shown, faded and lit. It knows nothing of the server.
import Sigma from "sigma";
import { EdgeLineProgram, NodePointProgram } from "sigma/rendering";
import type { EdgeDisplayData, NodeDisplayData } from "sigma/types";
import { isDark } from "../session";
import { glide } from "./glide";
import { paintHull } from "./hulls";
import { LAYERS } from "./layers";
import type { Drawn, Model } from "./model";
import { standing, type Clock } from "./time";

export interface Wanted {
  layers: ReadonlySet<string>;
  /** Milliseconds; null is today. */
  at: number | null;
  clock: Clock;
  /** Those of a walk or a search: they stand out, and the rest steps back. */
  lit: ReadonlySet<string>;
  chosen: string | null;
}

type Look = "hidden" | "past" | "aside" | "plain" | "lit" | "chosen";

interface Colours {
  faded: string;
  edge: string;
  ink: string;
  lit: string;
  paper: string;
  of: Map<string, string>;
}

// From here on edges are left out while the view moves: they are most of what is drawn.
const MANY_EDGES = 5_000;

export class Stage {
  readonly sigma: Sigma<Drawn>;
  private readonly many: boolean;
  private readonly under: HTMLCanvasElement;
  private readonly stopGliding: () => void;
  private wanted: Wanted;
  private colours: Colours;

  constructor(
    container: HTMLElement,
    private readonly model: Model,
    wanted: Wanted,
    chosen: (uid: string | null) => void,
  ) {
    this.wanted = wanted;
    this.colours = colours();
    const many = model.graph.size > MANY_EDGES;
    this.many = many;
    this.sigma = new Sigma<Drawn>(model.graph, container, {
      allowInvalidContainer: true,
      hideEdgesOnMove: many,
      hideLabelsOnMove: many,
      // Points and thin lines are the least that can be drawn.
      ...(many ? { nodeProgramClasses: { circle: NodePointProgram<Drawn> } } : {}),
      ...(many ? { edgeProgramClasses: { line: EdgeLineProgram<Drawn> } } : {}),
      labelRenderedSizeThreshold: 7,
      labelFont: "system-ui, sans-serif",
      labelSize: 12,
      labelColor: { color: this.colours.ink },
      defaultDrawNodeHover: (context, data) => this.paintHover(context, data),
      nodeReducer: (uid, drawn) => this.node(uid, drawn),
      edgeReducer: (edge) => this.edge(edge),
      zIndex: true,
      minCameraRatio: 0.01,
      maxCameraRatio: 4,
    });
    this.sigma.on("clickNode", ({ node }) => chosen(node));
    this.sigma.on("clickStage", () => chosen(null));
    this.under = this.sigma.createCanvas("hulls", { beforeLayer: "edges" });
    this.sigma.resize(true);
    this.sigma.on("afterRender", () => this.paintHulls());
    this.stopGliding = glide(this.sigma);
  }

  show(wanted: Wanted): void {
    const before = this.wanted;
    if (wanted === before) return;
    this.wanted = wanted;
    if (!this.many || wanted.lit !== before.lit) this.sigma.refresh();
    else this.sigma.refresh({ partialGraph: this.changed(before), skipIndexation: true });
  }

  /** Return the nodes that look otherwise than before, and the edges that come or go with them. */
  private changed(before: Wanted): { nodes: string[]; edges: string[] } {
    const { graph } = this.model;
    const nodes: string[] = [];
    const edges = new Set<string>();
    graph.forEachNode((uid, { layer }) => {
      const [was, is] = [this.look(uid, layer, before), this.look(uid, layer, this.wanted)];
      if (was === is) return;
      nodes.push(uid);
      if (was === "hidden" || is === "hidden") graph.forEachEdge(uid, (edge) => edges.add(edge));
    });
    return { nodes, edges: [...edges] };
  }

  /** Take the colours anew, after the page turned dark or light. */
  recolour(): void {
    this.colours = colours();
    this.sigma.setSetting("labelColor", { color: this.colours.ink });
  }

  /** Bring a node into the middle of the view. */
  lookAt(uid: string): void {
    const spot = this.sigma.getNodeDisplayData(uid);
    const camera = this.sigma.getCamera();
    if (spot) camera.setState({ x: spot.x, y: spot.y, ratio: Math.min(0.4, camera.ratio) });
  }

  kill(): void {
    this.stopGliding();
    this.sigma.kill();
  }

  private look(uid: string, layer: string, wanted: Wanted): Look {
    const { layers, at, clock, lit, chosen } = wanted;
    const span = this.model.spans.get(uid);
    const stands = span ? standing(span, at, clock) : "now";
    if (!layers.has(layer) || stands === "not yet") return "hidden";
    if (uid === chosen) return "chosen";
    if (lit.has(uid)) return "lit";
    if (stands === "past") return "past";
    return lit.size ? "aside" : "plain";
  }

  private node(uid: string, drawn: Drawn): Partial<NodeDisplayData> {
    const look = this.look(uid, drawn.layer, this.wanted);
    if (look === "hidden") return { ...drawn, hidden: true };
    const color = this.colours.of.get(drawn.layer) ?? this.colours.ink;
    if (look === "chosen" || look === "lit") {
      const size = drawn.size * 1.5;
      const highlighted = look === "chosen";
      return { ...drawn, size, color, forceLabel: true, highlighted, zIndex: 2 };
    }
    if (look === "plain") return { ...drawn, color, zIndex: 1 };
    return { ...drawn, color: this.colours.faded, zIndex: look === "past" ? 0 : 1 };
  }

  private edge(edge: string): Partial<EdgeDisplayData> {
    const { lit } = this.wanted;
    const [start, end] = this.model.graph.extremities(edge);
    if (lit.has(start) && lit.has(end)) return { color: this.colours.lit, size: 3, zIndex: 1 };
    return { color: this.colours.edge, size: 0.6 };
  }

  private paintHover(context: CanvasRenderingContext2D, data: Partial<NodeDisplayData>): void {
    const { x = 0, y = 0, size = 1, label } = data;
    context.font = "600 12px system-ui, sans-serif";
    const width = context.measureText(label ?? "").width;
    context.fillStyle = this.colours.paper;
    context.strokeStyle = this.colours.lit;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, size + 2, 0, 2 * Math.PI);
    context.stroke();
    if (!label) return;
    context.fillRect(x + size + 4, y - 10, width + 8, 20);
    context.fillStyle = this.colours.ink;
    context.fillText(label, x + size + 8, y + 4);
  }

  private paintHulls(): void {
    const context = this.under.getContext("2d");
    if (!context || !this.model.hulls.size) return;
    const { width, height } = this.sigma.getDimensions();
    const dense = window.devicePixelRatio || 1;
    // To set the size also clears it.
    this.under.width = width * dense;
    this.under.height = height * dense;
    context.scale(dense, dense);
    const color = this.colours.of.get("hyperedges") ?? this.colours.ink;
    for (const [uid, members] of this.model.hulls) {
      if (this.look(uid, "hyperedges", this.wanted) === "hidden") continue;
      const points = members
        .map((member) => this.model.graph.getNodeAttributes(member))
        .map((drawn) => this.sigma.graphToViewport(drawn));
      paintHull(context, points, color);
    }
  }
}

function colours(): Colours {
  const dark = isDark();
  return {
    faded: dark ? "#3d444b" : "#d5d9de",
    edge: dark ? "#2b3137" : "#e3e6ea",
    ink: dark ? "#e6e8ea" : "#1b1f23",
    lit: dark ? "#ffab5e" : "#a34700",
    paper: dark ? "#14171a" : "#ffffff",
    of: new Map(LAYERS.map((layer) => [layer.id, dark ? layer.dark : layer.light])),
  };
}
