// The packed text taken apart into what it cites.
import type { Context, Hit } from "../types";

export interface Cited {
  number: number;
  passage: string;
  /** Where it is from, when, and whether it still holds, as the context says it. */
  head: string;
  text: string;
}

export function citedIn({ text, citations, recall }: Context): Cited[] {
  const hits = new Map(recall.hits.map((hit) => [hit.uid, hit]));
  let start = 0;
  return citations.map(({ number, passage }) => {
    start += `[${number}] `.length;
    const said = wordsOf(hits.get(passage));
    // By its very words, where they are known: some may look like the next citation.
    const at = said ? text.indexOf(said, start) : -1;
    const next = text.indexOf(`\n\n[${number + 1}] `, start);
    const end = at >= 0 ? at + said.length : next >= 0 ? next : text.length;
    const block = text.slice(start, end);
    const parts =
      at >= 0 ? { head: text.slice(start, at).trim().slice(1, -1), text: said } : parted(block);
    start = end + "\n\n".length;
    return { number, passage, ...parts };
  });
}

const wordsOf = (hit: Hit | undefined): string =>
  hit ? (hit.speaker ? `${hit.speaker}: ${hit.text}` : hit.text) : "";

/** Part what a block says of itself from its words, as what stands beside a hit is packed. */
function parted(block: string): { head: string; text: string } {
  const found = /^\(((?:[^()]|\([^()]*\))*)\) /.exec(block);
  return found ? { head: found[1]!, text: block.slice(found[0].length) } : { head: "", text: block };
}
