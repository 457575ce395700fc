// What Prometheus would read, as far as the health view shows it.

export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** Read the text format (Prometheus exposition 0.0.4). */
export function samples(text: string): Sample[] {
  const found: Sample[] = [];
  for (const line of text.split("\n")) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line);
    if (!match) continue;
    const labels: Record<string, string> = {};
    for (const [, name, value] of (match[2] ?? "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
      labels[name!] = value!;
    }
    const value = match[3] === "+Inf" ? Infinity : Number(match[3]);
    found.push({ name: match[1]!, labels, value });
  }
  return found;
}

export interface Latency {
  route: string;
  n: number;
  p50: number;
  p95: number;
}

/** Return latencies in milliseconds by route: the bound of the bucket that holds each share. */
export function latencies(all: Sample[]): Latency[] {
  const buckets = new Map<string, Map<number, number>>();
  for (const { name, labels, value } of all) {
    if (name !== "graphmem_request_seconds_bucket") continue;
    const route = `${labels["method"]} ${labels["route"]}`;
    const bounds = buckets.get(route) ?? new Map<number, number>();
    const bound = labels["le"] === "+Inf" ? Infinity : Number(labels["le"]);
    buckets.set(route, bounds.set(bound, (bounds.get(bound) ?? 0) + value));
  }
  const rows = [...buckets].map(([route, bounds]) => {
    const sorted = [...bounds].sort(([a], [b]) => a - b);
    const n = sorted.at(-1)?.[1] ?? 0;
    const at = (share: number) => (sorted.find(([, m]) => m >= share * n)?.[0] ?? 0) * 1000;
    return { route, n, p50: at(0.5), p95: at(0.95) };
  });
  return rows.filter((row) => row.n).sort((a, b) => b.n - a.n);
}

/** Return the mean milliseconds of each stage of a search. */
export function stageMeans(all: Sample[]): { name: string; value: number }[] {
  const sums = new Map<string, number>();
  const counts = new Map<string, number>();
  for (const { name, labels, value } of all) {
    if (name === "graphmem_search_stage_seconds_sum") sums.set(labels["stage"]!, value);
    if (name === "graphmem_search_stage_seconds_count") counts.set(labels["stage"]!, value);
  }
  return [...sums].map(([name, sum]) => ({
    name,
    value: (sum / Math.max(1, counts.get(name) ?? 0)) * 1000,
  }));
}

export const gauge = (all: Sample[], name: string): number | undefined =>
  all.find((sample) => sample.name === name)?.value;
