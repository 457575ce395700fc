// The walk of a recall as places in columns: seeds, what lies between, hits.
import type { Recall } from "../types";

export interface Place {
  uid: string;
  text: string;
  role: "seed" | "between" | "hit";
  /** Share of the walk's mass, of a seed. */
  mass: number;
  /** 1 is the best hit; 0 is none. */
  rank: number;
}

export interface Step {
  from: string;
  to: string;
  kind: string;
}

export interface Walk {
  places: Place[];
  steps: Step[];
}

const MOST_SEEDS = 6;
const MOST_HITS = 8;

/** Return the first seeds and hits, and every way that is told between them. */
export function walkOf(recall: Recall): Walk {
  const places = new Map<string, Place>();
  const hits = new Map(recall.hits.map((hit, n) => [hit.uid, { hit, rank: n + 1 }]));
  for (const seed of recall.trace.seeds.slice(0, MOST_SEEDS)) {
    const rank = hits.get(seed.uid)?.rank ?? 0;
    places.set(seed.uid, { uid: seed.uid, text: seed.text, role: "seed", mass: seed.mass, rank });
  }
  const told = recall.hits.filter((hit, n) => n < MOST_HITS || hit.why.length);
  for (const hit of told) {
    if (places.has(hit.uid)) continue;
    const rank = hits.get(hit.uid)?.rank ?? 0;
    places.set(hit.uid, { uid: hit.uid, text: hit.text, role: "hit", mass: 0, rank });
  }
  const steps = new Map<string, Step>();
  for (const hit of told) {
    for (const step of hit.why) {
      for (const uid of [step.start, step.end]) {
        if (places.has(uid)) continue;
        places.set(uid, { uid, text: step.text, role: "between", mass: 0, rank: 0 });
      }
      const id = `${step.start} ${step.kind} ${step.end}`;
      steps.set(id, { from: step.start, to: step.end, kind: step.kind });
    }
  }
  return { places: [...places.values()], steps: [...steps.values()] };
}
