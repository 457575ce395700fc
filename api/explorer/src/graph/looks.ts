// How nodes look, on the page's side: what is hidden, what is marked, when each stands.
import { LAYERS } from "./layers";
import type { Model } from "./model";
import type { Inks, Rgb } from "./painter";
import { momentsOf, standing, type Clock } from "./time";

export interface Wanted {
  layers: ReadonlySet<string>;
  /** Milliseconds; null is today. */
  at: number | null;
  clock: Clock;
  /** Those of a walk or a search: they stand out, and the rest steps back. */
  lit: ReadonlySet<string>;
  chosen: string | null;
}

const LIT = 1;
const CHOSEN = 2;

export const bitsOf = (layers: ReadonlySet<string>): number =>
  LAYERS.reduce((bits, { id }, n) => bits | (Number(layers.has(id)) << n), 0);

export function isHidden(model: Model, row: number, { layers, at, clock }: Wanted): boolean {
  const { id } = LAYERS[model.layers[row]!]!;
  return !layers.has(id) || standing(model.spans, row, at, clock) === "not yet";
}

/** Say of each node whether it is lit or chosen. */
export function marksOf(model: Model, { lit, chosen }: Wanted): Uint8Array {
  const marks = new Uint8Array(model.nodes.length);
  const mark = (uid: string, as: number) => {
    const row = model.rows.get(uid);
    if (row !== undefined) marks[row] = as;
  };
  for (const uid of lit) mark(uid, LIT);
  if (chosen) mark(chosen, CHOSEN);
  return marks;
}

/** Moments by one clock, and where among them each node begins and ends. */
export interface Steps {
  moments: number[];
  from: Float32Array;
  to: Float32Array;
}

// A single float has no room for milliseconds of our days, and enough for their places.
const NEVER = 1e9;

export function stepsOf(model: Model, clock: Clock): Steps {
  const range = model.spans[clock];
  const moments = momentsOf(range);
  const places = new Map(moments.map((at, place) => [at, place]));
  return {
    moments,
    from: Float32Array.from(range.from, (at) => places.get(at) ?? -NEVER),
    to: Float32Array.from(range.to, (at) => places.get(at) ?? NEVER),
  };
}

export interface Colours extends Inks {
  ink: string;
  lit: string;
  background: string;
  hull: string;
}

/** Return the colours of a page that is dark or light, with edges so much fainter as there are more. */
export function coloursOf(dark: boolean, nEdges: number): Colours {
  const hex = LAYERS.map((layer) => (dark ? layer.dark : layer.light));
  const alpha = Math.max(0.06, Math.min(0.5, 15 / Math.sqrt(Math.max(1, nEdges))));
  const background = dark ? "#14171a" : "#ffffff";
  return {
    layers: hex.map(rgb),
    faded: rgb(dark ? "#454d55" : "#cbd0d6"),
    paper: rgb(background),
    edge: [...rgb(dark ? "#8d99a6" : "#66717d"), alpha],
    ink: dark ? "#e6e8ea" : "#1b1f23",
    lit: dark ? "#ffab5e" : "#a34700",
    background,
    hull: hex[LAYERS.findIndex(({ id }) => id === "hyperedges")]!,
  };
}

function rgb(hex: string): Rgb {
  const part = (at: number) => parseInt(hex.slice(at, at + 2), 16) / 255;
  return [part(1), part(3), part(5)];
}
