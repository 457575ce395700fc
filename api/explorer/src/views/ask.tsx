// A question, what the memory gives for it, and why.
import { useState } from "preact/hooks";
import { ask } from "../client";
import { Shown } from "../parts/bits";
import { useLoad } from "../parts/load";
import { Packed } from "../parts/packed";
import { Why } from "../parts/why";
import { askLink, go, type Route } from "../route";
import type { Context } from "../types";

const BUDGET = 1500;

export function Ask({ route }: { route: Route }) {
  const question = route.query.get("q") ?? "";
  const asOf = route.query.get("as_of") ?? "";
  const budget = Number(route.query.get("budget")) || BUDGET;
  const load = question
    ? (signal: AbortSignal) => ask({ question, budget, as_of: asOf || null }, signal)
    : null;
  const answer = useLoad<Context>(load, [question, asOf, budget]);
  return (
    <>
      <Form key={question + asOf + budget} question={question} asOf={asOf} budget={budget} />
      <Shown of={answer} idle="Ask something that the memory may know.">
        {(context) => (
          <div class="columns">
            <Packed context={context} budget={budget} />
            <Why context={context} />
          </div>
        )}
      </Shown>
    </>
  );
}

function Form(props: { question: string; asOf: string; budget: number }) {
  const [question, setQuestion] = useState(props.question);
  const [asOf, setAsOf] = useState(props.asOf);
  const [budget, setBudget] = useState(props.budget);
  const send = (event: Event) => {
    event.preventDefault();
    if (!question.trim()) return;
    const extra = new URLSearchParams();
    if (asOf) extra.set("as_of", asOf);
    if (budget !== BUDGET) extra.set("budget", String(budget));
    const rest = extra.toString();
    go(askLink(question.trim()) + (rest ? `&${rest}` : ""));
  };
  return (
    <form class="ask" onSubmit={send} role="search">
      <label class="wide">
        Question
        <input
          name="question"
          type="search"
          value={question}
          autocomplete="off"
          onInput={(event) => setQuestion(event.currentTarget.value)}
        />
      </label>
      <label>
        As of
        <input
          name="as_of"
          type="date"
          value={asOf}
          onInput={(event) => setAsOf(event.currentTarget.value)}
        />
      </label>
      <label>
        Tokens
        <input
          name="budget"
          type="number"
          min="50"
          max="32000"
          value={budget}
          onInput={(event) => setBudget(event.currentTarget.valueAsNumber || BUDGET)}
        />
      </label>
      <button type="submit">Ask</button>
    </form>
  );
}
