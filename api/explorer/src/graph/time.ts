// What was believed at a moment, by either clock. Spans are columns: a row is a node of the model.
import type { GraphEdge, GraphNode } from "../types";

export type Clock = "held" | "known";

/** How a node stands at a moment: not there yet, there, or no longer believed. */
export type Standing = "not yet" | "now" | "past";

/** Milliseconds at which each node begins and ends; what nobody told is infinite. */
export interface Range {
  from: Float64Array;
  to: Float64Array;
}

/** When each node holds in the world, and when it is known. */
export interface Spans extends Record<Clock, Range> {
  /** Whether it is no longer believed today. */
  past: Uint8Array;
}

const ms = (at: unknown, otherwise: number): number =>
  typeof at === "string" ? Date.parse(at) : otherwise;

/** Return the spans of nodes, given the edges among them and the rows of their ends. */
export function spansOf(nodes: GraphNode[], edges: GraphEdge[], ends: Uint32Array): Spans {
  const range = (): Range => ({
    from: new Float64Array(nodes.length),
    to: new Float64Array(nodes.length).fill(Infinity),
  });
  const spans = { held: range(), known: range(), past: new Uint8Array(nodes.length) };
  nodes.forEach((node, row) => {
    const fact = node.label === "Proposition";
    spans.held.from[row] = ms(node.at, -Infinity);
    // What has happened stays so; only facts end.
    if (fact) spans.held.to[row] = ms(node.until, Infinity);
    spans.known.from[row] = ms(node.recorded_at, -Infinity);
    spans.known.to[row] = ms(node.retired_at, Infinity);
    if (fact && (node.status === "superseded" || node.status === "retired")) spans.past[row] = 1;
  });
  closeSuperseded(spans, edges, ends);
  dateTimeless(spans.held.from, edges, ends);
  return spans;
}

/** Close what a newer fact supersedes: it is known no longer from when that one was recorded. */
function closeSuperseded({ known, past }: Spans, edges: GraphEdge[], ends: Uint32Array): void {
  edges.forEach(({ kind }, n) => {
    if (kind !== "SUPERSEDES") return;
    const [newer, older] = [ends[2 * n]!, ends[2 * n + 1]!];
    known.to[older] = Math.min(known.to[older]!, known.from[newer]!);
    past[older] = 1;
  });
}

const NAMES = new Set(["MENTIONS", "SUBJECT", "OBJECT", "ARGUMENT"]);

/**
 * Give what has no time of its own the first time at which it was told: a fact that of its
 * evidence, an entity that of what names it. What somebody told at no known time was always there.
 */
function dateTimeless(from: Float64Array, edges: GraphEdge[], ends: Uint32Array): void {
  // Rows of what is told and of what tells it.
  const told: number[] = [];
  const named: number[] = [];
  edges.forEach(({ kind }, n) => {
    const [start, end] = [ends[2 * n]!, ends[2 * n + 1]!];
    if (kind === "EVIDENCED_BY") told.push(start, end);
    else if (kind === "PART_OF") told.push(end, start);
    else if (NAMES.has(kind)) named.push(end, start);
  });
  dateBy(from, told);
  dateBy(from, named);
}

function dateBy(from: Float64Array, pairs: number[]): void {
  const first = new Map<number, number>();
  for (let n = 0; n < pairs.length; n += 2) {
    const one = pairs[n]!;
    if (from[one] !== -Infinity) continue;
    first.set(one, Math.min(first.get(one) ?? Infinity, from[pairs[n + 1]!]!));
  }
  for (const [one, at] of first) from[one] = at;
}

export function standing(spans: Spans, row: number, at: number | null, clock: Clock): Standing {
  if (at === null) return spans.past[row] ? "past" : "now";
  const { from, to } = spans[clock];
  if (at < from[row]!) return "not yet";
  return at >= to[row]! ? "past" : "now";
}

/** Return every moment at which something begins or ends, in order, each once. */
export function momentsOf({ from, to }: Range): number[] {
  const found = new Set<number>();
  for (const column of [from, to]) for (const at of column) if (Number.isFinite(at)) found.add(at);
  return [...found].sort((a, b) => a - b);
}
