// Rows of a Cypher statement; what in them is a node can be followed, and shown in the graph.
import type { ComponentChildren } from "preact";
import { graphLink, nodeLink } from "../route";
import type { GraphNode, Table } from "../types";
import { cut, moment, textOf } from "./words";

const MOST_IN_GRAPH = 150;

export function Result({ table }: { table: Table }) {
  const uids = [...new Set(table.rows.flat().flatMap(uidsIn))].slice(0, MOST_IN_GRAPH);
  return (
    <>
      {uids.length ? (
        <p>
          <a href={graphLink(uids, uids)}>Show {uids.length} nodes in the graph</a>
        </p>
      ) : null}
      <div class="scroll" tabIndex={0} role="region" aria-label="Rows">
        <table class="rows">
          <thead>
            <tr>
              {table.columns.map((column) => (
                <th scope="col" key={column}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map((row, n) => (
              <tr key={n}>
                {row.map((value, m) => (
                  <td key={m}>{shown(value, table.columns[m] ?? "")}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function isNode(value: unknown): value is GraphNode {
  return typeof value === "object" && value !== null && "label" in value && "uid" in value;
}

function uidsIn(value: unknown): string[] {
  if (isNode(value)) return [value.uid];
  if (Array.isArray(value)) return value.flatMap(uidsIn);
  // A path holds its nodes; an edge has none.
  return typeof value === "object" && value && "nodes" in value ? uidsIn(value.nodes) : [];
}

function shown(value: unknown, column: string): ComponentChildren {
  if (value === null || value === undefined) return <span class="quiet">null</span>;
  if (isNode(value)) {
    return (
      <a href={nodeLink(value.uid)}>
        {value.label}: {cut(textOf(value), 90)}
      </a>
    );
  }
  if (Array.isArray(value)) return value.map((each) => <div>{shown(each, column)}</div>);
  if (typeof value === "object") return <code>{cut(JSON.stringify(value), 200)}</code>;
  const text = String(value);
  if (column === "uid" || column.endsWith(".uid")) return <a href={nodeLink(text)}>{text}</a>;
  return /^\d{4}-\d\d-\d\dT[\d:.]+(Z|\+)/.test(text) ? moment(text) : text;
}
