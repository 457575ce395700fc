// How values are written on the page.
import type { GraphNode } from "../types";

const numbers = new Intl.NumberFormat("en");

export const count = (n: number): string => numbers.format(n);

export const day = (at: string | null | undefined): string => (at ? at.slice(0, 10) : "");

export function moment(at: string | null | undefined): string {
  return at ? at.slice(0, 16).replace("T", " ") : "";
}

/** What a node says, in one line. */
export function textOf(node: GraphNode): string {
  const said = node.label === "Source" ? node.title || node.name : node.text || node.name;
  return String(said || node.action || node["kind"] || node.uid);
}

export function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text;
}

export function bytes(n: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let rank = 0;
  while (n >= 1000 && rank < units.length - 1) {
    n /= 1000;
    rank += 1;
  }
  return `${n < 10 && rank ? n.toFixed(1) : Math.round(n)} ${units[rank]}`;
}

export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${count(n)} ${n === 1 ? one : many}`;
