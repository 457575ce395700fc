// Cypher: a statement of one's own or a named question, and what it finds as a table.
import { useState } from "preact/hooks";
import { cypher, queries, query } from "../client";
import { Result } from "../parts/result";
import { Failure, Shown } from "../parts/bits";
import { useLoad } from "../parts/load";
import { plural } from "../parts/words";
import type { Route } from "../route";
import type { NamedQuery, Table } from "../types";

const START = "MATCH (p:Proposition)-[:SUBJECT]->(e:Entity)\nRETURN e, p.predicate, p LIMIT 25";

export function Cypher(_: { route: Route }) {
  const [statement, setStatement] = useState(START);
  const [table, setTable] = useState<Table>();
  const [error, setError] = useState<Error>();
  const [busy, setBusy] = useState(false);
  const catalogue = useLoad((signal) => queries(signal), []);
  const run = (asked: Promise<Table>) => {
    setBusy(true);
    setError(undefined);
    asked.then(setTable, (reason: Error) => {
      setTable(undefined);
      setError(reason);
    }).finally(() => setBusy(false));
  };
  const send = (event: Event) => {
    event.preventDefault();
    run(cypher(statement));
  };
  return (
    <>
      <div class="columns">
        <form onSubmit={send}>
          <label>
            Statement (it can only read)
            <textarea
              name="statement"
              rows={7}
              spellcheck={false}
              value={statement}
              onInput={(event) => setStatement(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send(event);
              }}
            />
          </label>
          <p class="row">
            <button type="submit" disabled={busy}>
              Run
            </button>
            <small>or Ctrl+Enter</small>
          </p>
        </form>
        <Shown of={catalogue}>
          {(named) => <Catalogue named={named} run={(name, values) => run(query(name, values))} />}
        </Shown>
      </div>
      <Failure error={error} />
      <div aria-busy={busy}>
        {table ? (
          <>
            <p role="status" class="quiet">
              {plural(table.rows.length, "row")}
              {table.cut ? "; there are more" : ""}
            </p>
            <Result table={table} />
          </>
        ) : null}
      </div>
    </>
  );
}

interface CatalogueProps {
  named: NamedQuery[];
  run: (name: string, values: Record<string, string>) => void;
}

function Catalogue({ named, run }: CatalogueProps) {
  const [name, setName] = useState(named[0]?.name ?? "");
  const chosen = named.find((each) => each.name === name);
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const values: Record<string, string> = {};
    for (const parameter of chosen?.parameters ?? []) {
      const value = String(given.get(parameter.name) ?? "");
      if (value) values[parameter.name] = value;
    }
    run(name, values);
  };
  return (
    <form onSubmit={send} aria-label="Named questions">
      <label>
        Named question
        <select name="query" value={name} onChange={(event) => setName(event.currentTarget.value)}>
          {named.map((each) => (
            <option key={each.name} value={each.name}>
              {each.question}
            </option>
          ))}
        </select>
      </label>
      {chosen?.parameters.map((parameter) => (
        <label key={`${name} ${parameter.name}`}>
          {parameter.meaning}
          <input
            name={parameter.name}
            required={parameter.default === null}
            defaultValue={parameter.default === null ? "" : String(parameter.default)}
          />
        </label>
      ))}
      <p class="row">
        <button type="submit">Ask by name</button>
      </p>
    </form>
  );
}
