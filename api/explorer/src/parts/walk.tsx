// The walk as a drawing: small enough that each place can be read, and followed with the keyboard.
import { nodeLink } from "../route";
import type { Place, Walk } from "./walk-of";
import { cut } from "./words";

const WIDTH = 720;
const ROW = 46;
const BOX = 210;
const COLUMNS: Place["role"][] = ["seed", "between", "hit"];
const TITLES = { seed: "began at", between: "went over", hit: "came to" };

interface Spot {
  x: number;
  y: number;
}

export function WalkPicture({ walk }: { walk: Walk }) {
  const spots = spread(walk);
  const lit = new Set(walk.steps.flatMap((step) => [step.from, step.to]));
  const rows = Math.max(1, ...COLUMNS.map((role) => inColumn(walk, role).length));
  if (!walk.places.length) return <p class="quiet">There was nothing to walk from.</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="The walk">
      <svg class="walk" viewBox={`0 0 ${WIDTH} ${rows * ROW + 30}`}>
        {COLUMNS.map((role, n) => (
          <text key={role} class="head" x={columnAt(n)} y="14">
            {TITLES[role]}
          </text>
        ))}
        {walk.steps.map((step) => {
          const a = spots.get(step.from);
          const b = spots.get(step.to);
          return a && b ? (
            <path key={step.from + step.to} class="lit" d={line(a, b)}>
              <title>{step.kind}</title>
            </path>
          ) : null;
        })}
        {walk.places.map((place) => (
          <Box key={place.uid} place={place} at={spots.get(place.uid)} lit={lit.has(place.uid)} />
        ))}
      </svg>
    </div>
  );
}

function Box({ place, at, lit }: { place: Place; at: Spot | undefined; lit: boolean }) {
  if (!at) return null;
  const notes = [
    place.mass ? `${(place.mass * 100).toFixed(0)} % of the walk` : "",
    place.rank ? `hit ${place.rank}` : "",
  ].filter(Boolean);
  return (
    <a href={nodeLink(place.uid)} class={`place ${place.role}${lit ? " on" : ""}`}>
      <rect x={at.x} y={at.y} width={BOX} height={ROW - 10} rx="5" />
      <text x={at.x + 8} y={at.y + 15}>
        {cut(place.text, 31)}
      </text>
      <text class="note" x={at.x + 8} y={at.y + 29}>
        {notes.join(", ")}
      </text>
    </a>
  );
}

const inColumn = (walk: Walk, role: Place["role"]) =>
  walk.places.filter((place) => place.role === role);
const columnAt = (n: number): number => (n * (WIDTH - BOX)) / (COLUMNS.length - 1);

function spread(walk: Walk): Map<string, Spot> {
  const spots = new Map<string, Spot>();
  COLUMNS.forEach((role, n) => {
    inColumn(walk, role).forEach((place, row) => {
      spots.set(place.uid, { x: columnAt(n), y: 24 + row * ROW });
    });
  });
  return spots;
}

function line(a: Spot, b: Spot): string {
  const [left, right] = a.x <= b.x ? [a, b] : [b, a];
  const x1 = left.x + BOX;
  const x2 = right.x;
  const y1 = left.y + ROW / 2 - 5;
  const y2 = right.y + ROW / 2 - 5;
  const bend = Math.max(20, (x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}
