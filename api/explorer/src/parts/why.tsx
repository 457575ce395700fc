// Why these hits: what the question said, where the walk began, the way it took, the scores.
import { useMemo } from "preact/hooks";
import { graphLink, nodeLink } from "../route";
import type { Context, Hit, Trace } from "../types";
import { Bars } from "./bits";
import { WalkPicture } from "./walk";
import { walkOf } from "./walk-of";
import { cut, day } from "./words";

export function Why({ context }: { context: Context }) {
  const { recall } = context;
  const walk = useMemo(() => walkOf(recall), [recall]);
  const lit = walk.places.map((place) => place.uid);
  return (
    <section aria-labelledby="why-title">
      <h2 id="why-title">Why</h2>
      <Analysis trace={recall.trace} />
      <h3>The walk: from where it began to what it found</h3>
      <WalkPicture walk={walk} />
      <p>
        <a href={graphLink(lit.slice(0, 12), lit)}>Show these in the graph</a>
      </p>
      <h3>Score parts of each hit</h3>
      {recall.hits.map((hit, n) => (
        <Scored key={hit.uid} hit={hit} rank={n + 1} open={n === 0} />
      ))}
      <Timings trace={recall.trace} />
    </section>
  );
}

function Analysis({ trace }: { trace: Trace }) {
  return (
    <dl class="facts">
      <dt>Names</dt>
      <dd>{trace.names.join(", ") || "none"}</dd>
      <dt>Words</dt>
      <dd>{trace.terms.join(", ") || "none"}</dd>
      <dt>Ranking</dt>
      <dd>{trace.mode ? `${trace.mode}: ${trace.mode_reason}` : "as scored"}</dd>
      <dt>Looked at</dt>
      <dd>
        {trace.n_candidates} candidates; the walk took {trace.n_pushed} steps
      </dd>
    </dl>
  );
}

function Scored({ hit, rank, open }: { hit: Hit; rank: number; open: boolean }) {
  const parts = [...hit.parts].sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  return (
    <details open={open} class="scored">
      <summary>
        {rank}. {hit.score.toFixed(2)} {hit.speaker ? `${hit.speaker}: ` : ""}
        {cut(hit.text, 90)}
      </summary>
      <p>
        <a href={nodeLink(hit.uid)}>Open</a> {hit.kind} {hit.source} {day(hit.at)}
        {hit.superseded_by ? (
          <>
            {" "}
            <a href={nodeLink(hit.superseded_by)}>superseded</a>
          </>
        ) : null}
      </p>
      <Bars parts={parts} label={`Score parts of hit ${rank}`} />
    </details>
  );
}

function Timings({ trace }: { trace: Trace }) {
  // Each is the time that had gone by when a stage ended.
  const ends = Object.entries(trace.timings_ms).filter(([name]) => name !== "total");
  const parts = ends.map(([name, end], n) => ({ name, value: end - (ends[n - 1]?.[1] ?? 0) }));
  const total = trace.timings_ms["total"];
  return (
    <>
      <h3>Time{total === undefined ? "" : `: ${total.toFixed(1)} ms`}</h3>
      <Bars parts={parts} label="Milliseconds of each stage" />
    </>
  );
}
