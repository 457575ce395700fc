// The server's routes as functions. Nothing else in the explorer knows a path.
import { json, Problem, send } from "./http";
import { session } from "./session";
import type {
  Change,
  Context,
  Evidence,
  GraphEdge,
  GraphNode,
  GraphPage,
  GraphPart,
  NamedQuery,
  Ready,
  Receipt,
  SourceRow,
  Stats,
  Stored,
  Table,
} from "./types";

type Stop = AbortSignal | undefined;

// Pages are taken until so many nodes are there: a larger space is shown in part.
const MOST_NODES = 50_000;
const PAGE = 10_000;

export const inSpace = (path: string): string =>
  `v1/${encodeURIComponent(session.space)}/${path}`;
const ofNode = (uid: string, path = ""): string =>
  inSpace(`nodes/${encodeURIComponent(uid)}${path}`);

export interface Question {
  question: string;
  budget: number;
  as_of: string | null;
}

export const ask = (body: Question, signal?: Stop): Promise<Context> =>
  json(inSpace("context"), { method: "POST", body, signal });

export const stats = (signal?: Stop): Promise<Stats> => json(inSpace("stats"), { signal });

/** Return the whole graph of the space, as far as it can be drawn. */
export async function graph(signal?: Stop): Promise<GraphPart> {
  const pages: GraphPage[] = [];
  let cursor: string | undefined;
  let n = 0;
  do {
    const query = { limit: PAGE, cursor };
    const page = await json<GraphPage>(inSpace("graph"), { query, signal });
    pages.push(page);
    n += page.nodes.length;
    cursor = page.next;
  } while (cursor && n < MOST_NODES);
  const part = partOf(pages);
  return cursor ? { ...part, cut: true } : part;
}

export async function graphAround(around: string[], signal?: Stop): Promise<GraphPart> {
  return partOf([await json<GraphPage>(inSpace("graph"), { query: { around, hops: 1 }, signal })]);
}

export async function node(uid: string, signal?: Stop): Promise<GraphNode> {
  return flat(await json<Stored>(ofNode(uid), { signal }));
}

export async function history(uid: string, signal?: Stop): Promise<Change[]> {
  const states = await json<(Stored & { at: string; what: string })[]>(ofNode(uid, "/history"), {
    signal,
  });
  return states.map((state) => ({ at: state.at, what: state.what, node: flat(state) }));
}

export interface Near {
  nodes: GraphNode[];
  edges: GraphEdge[];
  next: string | null;
}

export const neighbours = (uid: string, signal?: Stop): Promise<Near> =>
  json(ofNode(uid, "/neighbors"), { query: { limit: 100 }, signal });

export async function evidence(uid: string, signal?: Stop): Promise<Evidence[]> {
  const page = await json<{ passages: Evidence[] }>(ofNode(uid, "/evidence"), { signal });
  return page.passages;
}

export const retire = (uid: string): Promise<Receipt> =>
  json(ofNode(uid, "/retire"), { method: "POST", body: {} });

export const merge = (uid: string, into: string): Promise<Receipt> =>
  json(ofNode(uid, "/merge"), { method: "POST", body: { into } });

export const unmerge = (uid: string, into: string): Promise<Receipt> =>
  json(ofNode(uid, "/unmerge"), { method: "POST", body: { into } });

export const remove = (gone: GraphNode): Promise<Receipt> =>
  json(inSpace("memories"), { method: "DELETE", query: { uid: gone.uid } });

export const queries = (signal?: Stop): Promise<NamedQuery[]> =>
  json(inSpace("queries"), { signal });

export const cypher = (statement: string, signal?: Stop): Promise<Table> =>
  json(inSpace("cypher"), { method: "POST", body: { statement }, signal });

export const query = (
  name: string,
  parameters: Record<string, unknown>,
  signal?: Stop,
): Promise<Table> =>
  json(inSpace(`queries/${encodeURIComponent(name)}`), {
    method: "POST",
    body: { parameters },
    signal,
  });

/** Tell whether the server can work; one that cannot says so with 503, which is an answer too. */
export const ready = (signal?: Stop): Promise<Ready> =>
  json("health/ready", { signal, alsoFine: 503 });

/** Return the server's metrics; after one refusal a key is taken for one of some spaces only. */
export async function metrics(signal?: Stop): Promise<string> {
  try {
    return await (await send("metrics", { signal, accept: "text/plain" })).text();
  } catch (reason) {
    if (reason instanceof Problem && reason.status === 403) session.forAllSpaces = false;
    throw reason;
  }
}

export async function sources(signal?: Stop): Promise<SourceRow[]> {
  const query = { limit: 1000 };
  return (await json<{ sources: SourceRow[] }>(inSpace("sources"), { query, signal })).sources;
}

const flat = ({ label, node: fields }: Stored): GraphNode => ({ ...fields, label }) as GraphNode;

/** Put pages together: an edge may lead from one to another. */
function partOf(pages: GraphPage[]): GraphPart {
  const nodes = pages.flatMap((page) => page.nodes);
  const here = new Set(nodes.map((each) => each.uid));
  const edges: GraphEdge[] = [];
  for (const page of pages) {
    const uids = [...page.nodes.map((each) => each.uid), ...(page.outside ?? [])];
    for (const [kind, from, to] of page.edges ?? []) {
      const [start, end] = [uids[from]!, uids[to]!];
      if (here.has(end)) edges.push({ kind: page.kinds?.[kind] ?? "", start, end });
    }
  }
  return { nodes, edges, cut: pages.some((page) => page.cut) };
}
