// The time slider: it steps through the moments at which something began or ended.
import { count } from "../parts/words";
import type { Clock } from "./time";

interface Props {
  moments: number[];
  at: number | null;
  clock: Clock;
  tally: { now: number; past: number; "not yet": number };
  set: (at: number | null, clock: Clock) => void;
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

export function Slider({ moments, at, clock, tally, set }: Props) {
  const last = moments.length;
  const place = at === null ? last : moments.findIndex((each) => each >= at);
  const said = at === null ? "today" : dayOf(at);
  return (
    <fieldset class="time">
      <legend>What was believed</legend>
      <label>
        <span>
          At <b>{said}</b>
        </span>
        <input
          type="range"
          name="time"
          aria-label="Moment"
          min="0"
          max={last}
          value={place}
          aria-valuetext={said}
          onInput={(event) => set(moments[event.currentTarget.valueAsNumber] ?? null, clock)}
        />
      </label>
      <label>
        Clock
        <select
          name="clock"
          value={clock}
          onChange={(event) => set(null, event.currentTarget.value as Clock)}
        >
          <option value="held">when it held in the world</option>
          <option value="known">when the memory knew it</option>
        </select>
      </label>
      <p class="quiet" role="status">
        {count(tally.now)} believed, {count(tally.past)} no longer (faded),{" "}
        {count(tally["not yet"])} not yet
      </p>
    </fieldset>
  );
}
