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

/** Whether the layout is to wait: the user moves the view, and needs the processor. */
export interface LayoutWait {
  wait: boolean;
}

const MOST_ROUNDS = 400;
const LEAST_ROUNDS = 120;
const TELL_AFTER = new Set([5, 15, 40, 80, 160, 240]);
// How long it goes on without looking for messages.
const TURN_MS = 50;
const LOOK_AGAIN_MS = 100;

let waits = false;

onmessage = ({ data }: MessageEvent<LayoutTask | LayoutWait>) => {
  if ("wait" in data) waits = data.wait;
  else void layOut(data);
};

async function layOut({ places, ends }: LayoutTask): Promise<void> {
  const forces = new Forces(places, ends);
  // More rounds where they cost little; a large graph begins near its end.
  const n = Math.max(1, places.length / 2);
  const rounds = Math.round(Math.min(MOST_ROUNDS, Math.max(LEAST_ROUNDS, 1_000_000 / n)));
  let turn = performance.now();
  for (let round = 1; round <= rounds; round += 1) {
    forces.step(round);
    if (TELL_AFTER.has(round) && round < rounds) tell(places, false);
    if (performance.now() - turn < TURN_MS) continue;
    do await new Promise((done) => setTimeout(done, waits ? LOOK_AGAIN_MS : 0));
    while (waits);
    turn = performance.now();
  }
  tell(places, true);
}

function tell(places: Float32Array, done: boolean): void {
  const news: LayoutNews = { places: places.slice(), done };
  postMessage(news, { transfer: [news.places.buffer] });
}
