// The server's jobs as functions, apart from those of a space.
import { inSpace } from "./client";
import { json } from "./http";
import { listen } from "./sse";
import type { Job, JobItem } from "./types";

const ofJob = (id: string, path = ""): string => `v1/jobs/${encodeURIComponent(id)}${path}`;

export async function jobs(signal?: AbortSignal): Promise<Job[]> {
  return (await json<{ jobs: Job[] }>("v1/jobs", { query: { limit: 50 }, signal })).jobs;
}

export async function failures(id: string, signal?: AbortSignal): Promise<JobItem[]> {
  return (await json<{ items: JobItem[] }>(ofJob(id, "/items"), { signal })).items;
}

export const retry = (id: string): Promise<Job> => json(ofJob(id, "/retry"), { method: "POST" });

export const cancel = (id: string): Promise<Job> => json(ofJob(id, "/cancel"), { method: "POST" });

/** Tell of a job whenever it is further, until it ends. */
export async function follow(
  id: string,
  signal: AbortSignal,
  further: (job: Job) => void,
): Promise<void> {
  for await (const told of listen(ofJob(id, "/events"), signal)) {
    if (told.event === "progress" || told.event === "end") further(JSON.parse(told.data) as Job);
  }
}

/** Have a text remembered: the job that does so. */
export const remember = (text: string, source: string): Promise<Job> =>
  json(inSpace("memories"), {
    method: "POST",
    body: { text, ...(source ? { source } : {}) },
  });
