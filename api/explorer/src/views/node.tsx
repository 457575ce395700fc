// One node: what it says, what that rests on, how it came to be so, and what is around it.
import { useState } from "preact/hooks";
import { evidence, history, neighbours, node as fetchNode, type Near as Neighbours } from "../client";
import { Shown } from "../parts/bits";
import { Actions, Removed } from "../parts/actions";
import { EvidenceList } from "../parts/evidence";
import { useLoad } from "../parts/load";
import { Timeline } from "../parts/timeline";
import { cut, moment, textOf } from "../parts/words";
import { graphLink, nodeLink, type Route } from "../route";
import type { GraphNode, Receipt } from "../types";

// Told elsewhere on the page, or meant for stores.
const UNSHOWN = new Set(["uid", "label", "text", "key", "parts", "next_position", "last_passage"]);

export function NodeView({ route }: { route: Route }) {
  const uid = route.id;
  const loaded = useLoad<GraphNode>(uid ? (signal) => fetchNode(uid, signal) : null, [uid]);
  return (
    <Shown of={loaded} idle="Follow a citation, or choose a node in the graph.">
      {(node) => <Whole key={node.uid} node={node} again={loaded.again} />}
    </Shown>
  );
}

function Whole({ node, again }: { node: GraphNode; again: () => void }) {
  const { uid, label } = node;
  const rests = useLoad((signal) => evidence(uid, signal), [uid]);
  const past = useLoad((signal) => history(uid, signal), [node]);
  const near = useLoad((signal) => neighbours(uid, signal), [uid, node]);
  const [receipt, setReceipt] = useState<Receipt>();
  const names = new Map(near.data?.nodes.map((each) => [each.uid, textOf(each)]));
  const said = (
    <p class="said">
      <span class="kind">{label}</span> {textOf(node)}
    </p>
  );
  if (receipt) return <>{said}<Removed receipt={receipt} /></>;
  return (
    <>
      {said}
      <Actions node={node} again={again} gone={setReceipt} />
      <div class="columns">
        <div>
          <h2>Evidence</h2>
          <Shown of={rests}>{(rows) => <EvidenceList rows={rows} />}</Shown>
          <h2>History</h2>
          <Shown of={past}>{(changes) => <Timeline changes={changes} />}</Shown>
        </div>
        <div>
          <h2>Fields</h2>
          <Fields node={node} names={names} />
          <h2>Around it</h2>
          <p>
            <a href={graphLink([uid], [uid])}>Show in the graph</a>
          </p>
          <Shown of={near}>{(part) => <Near uid={uid} part={part} />}</Shown>
        </div>
      </div>
    </>
  );
}

function Fields({ node, names }: { node: GraphNode; names: Map<string, string> }) {
  const rows = Object.entries(node).filter(
    ([name, value]) =>
      !UNSHOWN.has(name) && value !== null && value !== "" && !(Array.isArray(value) && !value[0]),
  );
  return (
    <dl class="facts">
      <dt>uid</dt>
      <dd>
        <code>{node.uid}</code>
      </dd>
      {rows.map(([name, value]) => [
        <dt key={name}>{name.replaceAll("_", " ")}</dt>,
        <dd key={`${name} value`}>{written(name, value, names)}</dd>,
      ])}
    </dl>
  );
}

const NAMES_A_NODE = new Set(["subject", "object", "source", "passage", "place", "query"]);

function written(name: string, value: unknown, names: Map<string, string>) {
  if (typeof value === "string" && NAMES_A_NODE.has(name)) {
    return <a href={nodeLink(value)}>{names.get(value) ?? `${value.slice(0, 8)}…`}</a>;
  }
  if (Array.isArray(value)) return value.join(", ");
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return /^\d{4}-\d\d-\d\dT/.test(text) ? moment(text) : text;
}

function Near({ uid, part }: { uid: string; part: Neighbours }) {
  const nodes = new Map(part.nodes.map((each) => [each.uid, each]));
  const rows = part.edges.flatMap((edge) => {
    const out = edge.start === uid;
    const other = nodes.get(out ? edge.end : edge.start);
    if (!other || (!out && edge.end !== uid)) return [];
    return [{ id: `${edge.kind} ${out} ${other.uid}`, edge, out, other }];
  });
  rows.sort((a, b) => (a.id < b.id ? -1 : 1));
  if (!rows.length) return <p class="quiet">Nothing.</p>;
  return (
    <ul class="near">
      {rows.map(({ id, edge, out, other }) => (
        <li key={id}>
          <small>
            {out ? "→" : "←"} {edge.kind} {edge.role ?? ""}
          </small>{" "}
          <a href={nodeLink(other.uid)}>
            {other.label}: {cut(textOf(other), 90)}
          </a>
        </li>
      ))}
    </ul>
  );
}
