// Where we are, kept behind the `#`: no request, and the back button works.
import { useEffect, useState } from "preact/hooks";

export interface Route {
  view: string;
  /** What follows the view: a node's uid. */
  id: string;
  query: URLSearchParams;
}

function read(): Route {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [view = "", id = ""] = path.split("/");
  return { view: view || "ask", id: decodeURIComponent(id), query: new URLSearchParams(query) };
}

export function useRoute(): Route {
  const [route, setRoute] = useState(read);
  useEffect(() => {
    const changed = () => setRoute(read());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return route;
}

export function go(hash: string): void {
  location.hash = hash;
}

export const nodeLink = (uid: string): string => `#/node/${encodeURIComponent(uid)}`;

export function askLink(question: string): string {
  return `#/ask?${new URLSearchParams({ q: question }).toString()}`;
}

export function graphLink(around: string[], lit: string[] = []): string {
  const query = new URLSearchParams();
  if (around.length) query.set("around", around.join(","));
  if (lit.length) query.set("lit", lit.join(","));
  return `#/graph?${query.toString()}`;
}
