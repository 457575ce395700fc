// The layout, off the page's thread: forces in rounds, and the places after some of them.
import { Forces } from "./forces";

export interface LayoutTask {
  /** x and y of each node. */
  places: Float32Array;
  /** Rows of the two ends of each edge. */
  ends: Uint32Array;
}

export interface LayoutNews {
  places: Float32Array;
  done: boolean;
}

const MOST_ROUNDS = 400;
const LEAST_ROUNDS = 120;
const TELL_AFTER = new Set([5, 15, 40, 80, 160, 240]);

onmessage = (event: MessageEvent<LayoutTask>) => {
  const { places, ends } = event.data;
  const forces = new Forces(places, ends);
  // More rounds where they cost little; a large graph begins near its end.
  const n = Math.max(1, places.length / 2);
  const rounds = Math.round(Math.min(MOST_ROUNDS, Math.max(LEAST_ROUNDS, 1_000_000 / n)));
  for (let round = 1; round <= rounds; round += 1) {
    forces.step(round);
    if (TELL_AFTER.has(round) && round < rounds) tell(places, false);
  }
  tell(places, true);
};

function tell(places: Float32Array, done: boolean): void {
  const news: LayoutNews = { places: places.slice(), done };
  postMessage(news, { transfer: [news.places.buffer] });
}
