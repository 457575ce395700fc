// How many sources there were at the end of each day, as steps.
import type { SourceRow } from "../types";
import { count, day } from "./words";

const WIDTH = 480;
const HEIGHT = 90;

export function Growth({ rows }: { rows: SourceRow[] }) {
  const byDay = new Map<string, number>();
  for (const row of rows) byDay.set(day(row.recorded_at), (byDay.get(day(row.recorded_at)) ?? 0) + 1);
  const days = [...byDay].sort(([a], [b]) => (a < b ? -1 : 1));
  const [first, last] = [days[0]?.[0], days.at(-1)?.[0]];
  if (!first || !last) return <p class="quiet">Nothing yet.</p>;
  const start = Date.parse(first);
  const reach = Math.max(1, Date.parse(last) - start);
  let n = 0;
  let path = `M0 ${HEIGHT}`;
  for (const [at, more] of days) {
    n += more;
    const x = ((Date.parse(at) - start) / reach) * WIDTH;
    path += `H${x.toFixed(1)}V${(HEIGHT * (1 - n / rows.length)).toFixed(1)}`;
  }
  const said = `${count(rows.length)} sources, from ${first} to ${last}`;
  return (
    <figure>
      <svg class="growth" viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`} role="img" aria-label={said}>
        <path d={`${path}H${WIDTH}`} />
      </svg>
      <figcaption class="quiet">{said}</figcaption>
    </figure>
  );
}
