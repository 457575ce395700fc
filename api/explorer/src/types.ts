// What the server sends, as far as the explorer reads it: the names are those of the schemas.

export interface PathStep {
  start: string;
  kind: string;
  end: string;
  text: string;
}

export interface ScorePart {
  name: string;
  value: number;
}

export interface Hit {
  uid: string;
  kind: string;
  text: string;
  score: number;
  source: string | null;
  title: string | null;
  speaker: string | null;
  at: string | null;
  parts: ScorePart[];
  why: PathStep[];
  superseded_by: string | null;
  when: string | null;
}

export interface Seed {
  uid: string;
  label: string;
  text: string;
  mass: number;
}

export interface Trace {
  terms: string[];
  names: string[];
  seeds: Seed[];
  n_candidates: number;
  n_pushed: number;
  mode: string | null;
  mode_reason: string;
  timings_ms: Record<string, number>;
}

export interface Recall {
  id: string;
  question: string;
  hits: Hit[];
  abstained: string | null;
  confidence: number;
  trace: Trace;
}

export interface Citation {
  number: number;
  passage: string;
  source: string;
  ref: string | null;
  at: string | null;
}

export interface Context {
  text: string;
  citations: Citation[];
  n_tokens: number;
  abstained: string | null;
  recall: Recall;
}

/** A node with its label. One of a graph has a few fields; a stored one has all of its label. */
export interface GraphNode {
  uid: string;
  label: string;
  recorded_at: string;
  text?: string;
  name?: string;
  title?: string | null;
  action?: string;
  status?: string;
  at?: string | null;
  until?: string | null;
  speaker?: string | null;
  valid_from?: string | null;
  valid_to?: string | null;
  retired_at?: string | null;
  [field: string]: unknown;
}

export interface GraphEdge {
  kind: string;
  start: string;
  end: string;
  role?: string | null;
}

export interface GraphPart {
  nodes: GraphNode[];
  edges: GraphEdge[];
  /** Whether there was more than one may ask for at once. */
  cut: boolean;
}

/** A part of a graph as it is sent: ends of edges are positions among `nodes`, then `outside`. */
export interface GraphPage {
  nodes: GraphNode[];
  outside?: string[];
  kinds?: string[];
  edges?: [kind: number, start: number, end: number][];
  cut?: boolean;
  next?: string;
}

export interface Stored {
  label: string;
  node: Omit<GraphNode, "label">;
}

export interface Change {
  at: string;
  what: string;
  node: GraphNode;
}

export type Span = [start: number, end: number];

/** A passage that something rests on, and which of its characters, in code points. */
export interface Evidence {
  passage: GraphNode;
  source: string | null;
  source_title: string | null;
  spans: Span[];
}

export interface Parameter {
  name: string;
  type: string;
  meaning: string;
  default: unknown;
}

export interface NamedQuery {
  name: string;
  question: string;
  parameters: Parameter[];
  columns: string[];
}

export interface Table {
  columns: string[];
  rows: unknown[][];
  cut: boolean;
}

export interface Receipt {
  seq: number;
  nodes?: Record<string, number>;
  edges?: Record<string, number>;
  recounted?: number;
  places?: string[];
}

export interface Stats {
  space: string;
  seq: number;
  nodes: Record<string, number>;
  edges: Record<string, number>;
  n_vectors: number;
  store_bytes: number;
  embedder: string | null;
}

export interface Job {
  id: string;
  kind: string;
  space: string;
  state: "waiting" | "running" | "done" | "failed" | "stopped" | "cancelled";
  items: number;
  done: number;
  failed: number;
  created_at: string;
  updated_at: string;
  finished_at: string | null;
  error: string | null;
}

export interface JobItem {
  n: number;
  name: string;
  state: string;
  attempts: number;
  error: string | null;
}

export interface Ready {
  status: "ready" | "failing";
  reasons: string[];
}

export interface SourceRow {
  uid: string;
  name: string;
  recorded_at: string;
}
