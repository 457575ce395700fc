// The packed context, its citations as links, and what found no place in it.
import { askLink, nodeLink } from "../route";
import type { Context } from "../types";
import { citedIn } from "./cited";
import { plural } from "./words";

export function Packed({ context, budget }: { context: Context; budget: number }) {
  const { recall } = context;
  return (
    <section aria-labelledby="context-title">
      <h2 id="context-title">Context</h2>
      {context.abstained ? (
        <p class="abstained" role="status">
          <strong>The memory abstains:</strong> {context.abstained}
        </p>
      ) : (
        <p class="quiet" role="status">
          {plural(context.citations.length, "passage")}, {context.n_tokens} of {budget} tokens;{" "}
          {Math.round(recall.confidence * 100)} % sure that the memory has an answer
        </p>
      )}
      <ol class="packed">
        {citedIn(context).map(({ number, passage, head, text }) => (
          <li key={number} id={`cited-${number}`}>
            <a
              class="cite"
              href={nodeLink(passage)}
              aria-label={`Citation ${number}: open its passage`}
            >
              {number}
            </a>
            <div>
              <small>{head}</small>
              <p>{text}</p>
            </div>
          </li>
        ))}
      </ol>
      <Dropped context={context} />
    </section>
  );
}

function Dropped({ context }: { context: Context }) {
  const cited = new Set(context.citations.map((citation) => citation.passage));
  const hits = context.recall.hits.filter((hit) => !cited.has(hit.uid));
  if (!hits.length) return null;
  const why = context.abstained
    ? "the memory abstains, so nothing is packed"
    : "others told more for their tokens, or the budget was spent";
  return (
    <details class="dropped">
      <summary>
        {plural(hits.length, "hit")} left out: {why}
      </summary>
      <ul>
        {hits.map((hit) => (
          <li key={hit.uid}>
            <a href={nodeLink(hit.uid)}>{hit.text}</a>
          </li>
        ))}
      </ul>
      <a href={`${askLink(context.recall.question)}&budget=4000`}>Ask with 4,000 tokens</a>
    </details>
  );
}
