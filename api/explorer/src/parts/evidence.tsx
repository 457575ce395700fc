// The passages that something rests on, with the very words marked.
import type { ComponentChildren } from "preact";
import { nodeLink } from "../route";
import type { Evidence, Span } from "../types";
import { day } from "./words";

const SHOWN = 400;

export function EvidenceList({ rows }: { rows: Evidence[] }) {
  if (!rows.length) return <p class="quiet">It is evidence itself, or rests on nothing here.</p>;
  return (
    <ul class="evidence">
      {rows.map((row) => (
        <li key={row.passage.uid}>
          <small>
            <a href={nodeLink(row.passage.uid)}>{row.source_title ?? row.source ?? "passage"}</a> {row.passage.speaker}{" "}
            {day(row.passage.at)}
          </small>
          <Marked text={row.passage.text ?? ""} spans={row.spans} />
        </li>
      ))}
    </ul>
  );
}

/** A passage with spans of it marked; a long one is cut around them. */
export function Marked({ text, spans }: { text: string; spans: Span[] }) {
  // Offsets count code points, as Python does; strings here count UTF-16 units.
  const points = Array.from(text);
  const from = Math.max(0, (spans[0]?.[0] ?? 0) - SHOWN);
  const to = Math.min(points.length, Math.max(spans.at(-1)?.[1] ?? 0, from) + SHOWN);
  const pieces: ComponentChildren[] = [from ? "…" : ""];
  let place = from;
  for (const [start, end] of spans) {
    if (start < place) continue;
    pieces.push(points.slice(place, start).join(""));
    pieces.push(<mark key={start}>{points.slice(start, end).join("")}</mark>);
    place = end;
  }
  pieces.push(points.slice(place, to).join(""), to < points.length ? "…" : "");
  return <blockquote>{pieces}</blockquote>;
}
