// One way to call the server: the key goes in a header, and a problem becomes an error with words.
import { session } from "./session";

// The page is at <base>/explorer/, the routes at <base>/v1.
const BASE = new URL("..", document.baseURI.replace(/#.*$/, ""));

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

/** Whether the server turned away whoever asks: without another key it does so again. */
export const isRefusal = (reason: unknown): boolean =>
  reason instanceof Problem && (reason.status === 401 || reason.status === 403);

export interface Call {
  method?: string;
  body?: unknown;
  query?: Record<string, string | number | string[] | undefined>;
  signal?: AbortSignal | undefined;
  accept?: string;
  /** A status that is an answer, although it is none of success. */
  alsoFine?: number;
}

/** Send a request and return its response, whatever it holds. */
export async function send(path: string, call: Call = {}): Promise<Response> {
  const url = new URL(path.replace(/^\//, ""), BASE);
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value === undefined || value === "") continue;
    for (const each of [value].flat()) url.searchParams.append(name, String(each));
  }
  const headers = new Headers({ Accept: call.accept ?? "application/json" });
  if (session.key) headers.set("Authorization", `Bearer ${session.key}`);
  if (call.body !== undefined) headers.set("Content-Type", "application/json");
  const init: RequestInit = { method: call.method ?? "GET", headers, credentials: "omit" };
  if (call.body !== undefined) init.body = JSON.stringify(call.body);
  if (call.signal) init.signal = call.signal;
  const response = await fetch(url, init);
  if (!response.ok && response.status !== call.alsoFine) throw await problemOf(response);
  return response;
}

/** Send a request and return the JSON of its response. */
export async function json<T>(path: string, call: Call = {}): Promise<T> {
  return (await (await send(path, call)).json()) as T;
}

async function problemOf(response: Response): Promise<Problem> {
  const said = (await response.json().catch(() => ({}))) as { code?: string; detail?: string };
  const detail = said.detail ?? `the server answered ${response.status} ${response.statusText}`;
  return new Problem(response.status, said.code ?? "unknown", detail);
}
