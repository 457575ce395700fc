// A history as a timeline, oldest first.
import { nodeLink } from "../route";
import type { Change } from "../types";
import { day, moment, textOf } from "./words";

export function Timeline({ changes }: { changes: Change[] }) {
  if (!changes.length) return <p class="quiet">It has no history: it came and stayed.</p>;
  return (
    <ol class="timeline">
      {changes.map(({ at, what, node }) => (
        <li key={at + what + node.uid}>
          <time dateTime={at}>{moment(at)}</time> <strong>{what}</strong>{" "}
          <a href={nodeLink(node.uid)}>{textOf(node)}</a>{" "}
          <small>
            {node.status} {node.valid_from ? `from ${day(node.valid_from)}` : ""}{" "}
            {node.valid_to ? `to ${day(node.valid_to)}` : ""}
          </small>
        </li>
      ))}
    </ol>
  );
}
