// What was believed at a moment, by either clock.
import type { GraphEdge, GraphNode } from "../types";

export type Clock = "held" | "known";

/** How a node stands at a moment: not there yet, there, or no longer believed. */
export type Standing = "not yet" | "now" | "past";

/** When something begins and ends, in milliseconds, by each clock. */
export interface Span {
  heldFrom: number;
  heldTo: number;
  knownFrom: number;
  knownTo: number;
  /** Whether it is no longer believed today. */
  past: boolean;
}

const ms = (at: unknown, otherwise: number): number =>
  typeof at === "string" ? Date.parse(at) : otherwise;

/** Return when a node holds and when it is known; an end that nobody told is infinite. */
export function spanOf(node: GraphNode): Span {
  const fact = node.label === "Proposition";
  const status = node.status ?? "current";
  return {
    heldFrom: ms(node.at, -Infinity),
    // What has happened stays so; only facts end.
    heldTo: fact ? ms(node.until, Infinity) : Infinity,
    knownFrom: ms(node.recorded_at, -Infinity),
    knownTo: ms(node.retired_at, Infinity),
    past: fact && (status === "superseded" || status === "retired"),
  };
}

/** Close what a newer fact supersedes: it is known no longer from when that one was recorded. */
export function closeSuperseded(spans: Map<string, Span>, edges: GraphEdge[]): void {
  for (const edge of edges) {
    if (edge.kind !== "SUPERSEDES") continue;
    const [newer, older] = [spans.get(edge.start), spans.get(edge.end)];
    if (!newer || !older) continue;
    older.knownTo = Math.min(older.knownTo, newer.knownFrom);
    older.past = true;
  }
}

/**
 * Give what has no time of its own the first time at which it was told: a fact that of its
 * evidence, an entity that of what names it. What somebody told at no known time was always there.
 */
export function dateTimeless(spans: Map<string, Span>, edges: GraphEdge[]): void {
  const told = edges.flatMap(({ kind, start, end }): [string, string][] => {
    if (kind === "EVIDENCED_BY") return [[start, end]];
    return kind === "PART_OF" ? [[end, start]] : [];
  });
  dateBy(spans, told);
  dateBy(spans, edges.filter(({ kind }) => NAMES.has(kind)).map(({ start, end }) => [end, start]));
}

const NAMES = new Set(["MENTIONS", "SUBJECT", "OBJECT", "ARGUMENT"]);

function dateBy(spans: Map<string, Span>, pairs: [one: string, teller: string][]): void {
  const first = new Map<string, number>();
  for (const [one, teller] of pairs) {
    if (spans.get(one)?.heldFrom !== -Infinity) continue;
    const from = spans.get(teller)?.heldFrom ?? -Infinity;
    first.set(one, Math.min(first.get(one) ?? Infinity, from));
  }
  for (const [uid, from] of first) spans.get(uid)!.heldFrom = from;
}

export function standing(span: Span, at: number | null, clock: Clock): Standing {
  if (at === null) return span.past ? "past" : "now";
  const [from, to] =
    clock === "held" ? [span.heldFrom, span.heldTo] : [span.knownFrom, span.knownTo];
  if (at < from) return "not yet";
  return at >= to ? "past" : "now";
}

/** Return every moment at which something begins or ends, in order, each once. */
export function momentsOf(spans: Iterable<Span>, clock: Clock): number[] {
  const found = new Set<number>();
  for (const span of spans) {
    const ends =
      clock === "held" ? [span.heldFrom, span.heldTo] : [span.knownFrom, span.knownTo];
    for (const at of ends) if (Number.isFinite(at)) found.add(at);
  }
  return [...found].sort((a, b) => a - b);
}
