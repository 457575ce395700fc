// Draws nodes and edges by WebGL. It holds what the graphics processor was given, and no more.
import type { Camera } from "./camera";
import type { Model } from "./model";
import { LINES, POINTS, WIDE } from "./shaders";

/** A colour: red, green and blue, 0 to 1. */
export type Rgb = [red: number, green: number, blue: number];

export interface Inks {
  layers: Rgb[];
  faded: Rgb;
  paper: Rgb;
  edge: [...Rgb, alpha: number];
}

/** What is to be seen of the graph. */
export interface Scene {
  /** A bit for each layer. */
  layers: number;
  /** Place of the moment among all; -1 is today. */
  at: number;
  /** Whether any node is lit. */
  lit: boolean;
  /** How much larger than in full view nodes are. */
  grow: number;
  /** How many edges are drawn: they are most of the work. */
  edges: number;
}

export class Painter {
  private readonly gl: WebGL2RenderingContext;
  private readonly high: number;
  private points!: WebGLProgram;
  private lines!: WebGLProgram;
  private lineEnds!: WebGLVertexArrayObject;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly model: Model,
    smooth: boolean,
  ) {
    const gl = canvas.getContext("webgl2", { antialias: smooth });
    if (!gl) throw new Error("this browser draws no graph: it has no WebGL 2, or it is switched off");
    this.gl = gl;
    this.high = Math.max(1, Math.ceil(model.nodes.length / WIDE));
    this.prepare();
  }

  /** Make ready what is drawn with: at first, and when the graphics processor has lost it all. */
  prepare(): void {
    const { gl } = this;
    this.points = programOf(gl, POINTS);
    this.lines = programOf(gl, LINES);
    this.lineEnds = endsOf(gl, this.lines, this.model);
    for (const unit of [0, 1]) textureAt(gl, unit);
    gl.enable(gl.DEPTH_TEST);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  /** Take the places of the model anew. */
  place(): void {
    const { places, radii, layers } = this.model;
    this.fill(0, (row, into, at) => {
      into[at] = places[2 * row]!;
      into[at + 1] = places[2 * row + 1]!;
      into[at + 2] = radii[row]!;
      into[at + 3] = layers[row]!;
    });
  }

  /** Take when each node stands, as places among the moments, and what is marked. */
  date(from: Float32Array, to: Float32Array, past: Uint8Array, marks: Uint8Array): void {
    this.fill(1, (row, into, at) => {
      into[at] = from[row]!;
      into[at + 1] = to[row]!;
      into[at + 2] = past[row]!;
      into[at + 3] = marks[row]!;
    });
  }

  draw(camera: Camera, scene: Scene, inks: Inks, dense: number): void {
    const { gl, canvas, model } = this;
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    if (scene.edges > 0) {
      const at = this.use(this.lines, camera, scene);
      gl.uniform4fv(at("u_edge"), inks.edge);
      gl.bindVertexArray(this.lineEnds);
      gl.depthMask(false);
      gl.drawArrays(gl.LINES, 0, 2 * scene.edges);
      gl.depthMask(true);
      gl.bindVertexArray(null);
    }
    const at = this.use(this.points, camera, scene);
    gl.uniform1f(at("u_grow"), scene.grow);
    gl.uniform1f(at("u_dense"), dense);
    gl.uniform3fv(at("u_colours"), inks.layers.flat());
    gl.uniform3fv(at("u_faded"), inks.faded);
    gl.uniform3fv(at("u_paper"), inks.paper);
    gl.drawArrays(gl.POINTS, 0, model.nodes.length);
  }

  /** Wait until all is drawn. */
  finish(): void {
    const { gl } = this;
    // Browsers take `gl.finish` for a wish; a pixel cannot be read before it is drawn.
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
  }

  /** Give up what the graphics processor holds: a browser has room for a few of these only. */
  kill(): void {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  private use(program: WebGLProgram, camera: Camera, scene: Scene) {
    const { gl } = this;
    const at = (name: string) => gl.getUniformLocation(program, name);
    const { x, y, zoom } = camera.sight;
    gl.useProgram(program);
    gl.uniform1i(at("u_nodes"), 0);
    gl.uniform1i(at("u_times"), 1);
    gl.uniform2f(at("u_middle"), x, y);
    gl.uniform2f(at("u_scale"), (2 * zoom) / camera.width, (-2 * zoom) / camera.height);
    gl.uniform1f(at("u_at"), scene.at);
    gl.uniform1i(at("u_layers"), scene.layers);
    gl.uniform1i(at("u_lit"), Number(scene.lit));
    return at;
  }

  private fill(unit: number, set: (row: number, into: Float32Array, at: number) => void): void {
    const { gl, high } = this;
    const texels = new Float32Array(WIDE * high * 4);
    for (let row = 0; row < this.model.nodes.length; row += 1) set(row, texels, 4 * row);
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, WIDE, high, 0, gl.RGBA, gl.FLOAT, texels);
  }
}

function programOf(gl: WebGL2RenderingContext, source: typeof POINTS): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, text] of [
    [gl.VERTEX_SHADER, source.vertex],
    [gl.FRAGMENT_SHADER, source.fragment],
  ] as const) {
    const shader = gl.createShader(kind)!;
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`the graph cannot be drawn: ${gl.getProgramInfoLog(program) ?? "no reason given"}`);
  }
  return program;
}

/** Hand over both ends of each edge, from either side, so that the first are a sample of all. */
function endsOf(gl: WebGL2RenderingContext, program: WebGLProgram, { ends, sample }: Model) {
  const both = new Int32Array(ends.length * 2);
  sample.forEach((edge, n) => {
    const [start, end] = [ends[2 * edge]!, ends[2 * edge + 1]!];
    both.set([start, end, end, start], 4 * n);
  });
  const array = gl.createVertexArray();
  gl.bindVertexArray(array);
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, both, gl.STATIC_DRAW);
  const place = gl.getAttribLocation(program, "a_ends");
  gl.enableVertexAttribArray(place);
  gl.vertexAttribIPointer(place, 2, gl.INT, 0, 0);
  gl.bindVertexArray(null);
  return array;
}

function textureAt(gl: WebGL2RenderingContext, unit: number): void {
  gl.activeTexture(gl.TEXTURE0 + unit);
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  // Values of 32 bits are read as they are, never between two of them.
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
}
