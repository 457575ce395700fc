// Find nodes by their words, and what is around the one that is chosen: the graph without a mouse.
import { useState } from "preact/hooks";
import { nodeLink } from "../route";
import type { GraphNode } from "../types";
import { cut, textOf } from "../parts/words";
import type { Model } from "./model";

const MOST = 12;

export function Finder({ model, choose }: { model: Model; choose: (uid: string) => void }) {
  const [words, setWords] = useState("");
  const found = words.trim().length > 1 ? matching(model, words.trim().toLowerCase()) : [];
  return (
    <div class="finder">
      <label>
        Find a node
        <input
          type="search"
          name="find"
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
      </label>
      <ul aria-label="Found nodes">
        {found.map((node) => (
          <li key={node.uid}>
            <button type="button" class="plain" onClick={() => choose(node.uid)}>
              <small>{node.label}</small> {cut(textOf(node), 70)}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function matching(model: Model, words: string): GraphNode[] {
  const found: GraphNode[] = [];
  for (const node of model.nodes) {
    if (textOf(node).toLowerCase().includes(words)) found.push(node);
  }
  // What is called just so comes first, then the short.
  return found.sort((a, b) => textOf(a).length - textOf(b).length).slice(0, MOST);
}

interface ChosenProps {
  model: Model;
  uid: string;
  expand: () => void;
  choose: (uid: string) => void;
}

export function Chosen({ model, uid, expand, choose }: ChosenProps) {
  const nodeOf = (each: string) => model.nodes[model.rows.get(each) ?? -1];
  const node = nodeOf(uid);
  if (!node) return null;
  const near = model.edges.filter((edge) => edge.start === uid || edge.end === uid);
  return (
    <section class="chosen" aria-label="Chosen node">
      <h2>
        <small>{node.label}</small> {cut(textOf(node), 160)}
      </h2>
      <p class="row">
        <a href={nodeLink(uid)}>Open</a>
        <button type="button" onClick={expand}>
          Expand
        </button>
      </p>
      <ul class="near">
        {near.slice(0, 30).map((edge) => {
          const other = edge.start === uid ? edge.end : edge.start;
          const there = nodeOf(other);
          return there ? (
            <li key={edge.kind + other}>
              <button type="button" class="plain" onClick={() => choose(other)}>
                <small>
                  {edge.start === uid ? "→" : "←"} {edge.kind}
                </small>{" "}
                {cut(textOf(there), 70)}
              </button>
            </li>
          ) : null;
        })}
      </ul>
    </section>
  );
}
