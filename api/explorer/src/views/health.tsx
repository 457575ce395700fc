// Health: whether the server can work, what the space holds, how it grew, what lags, how fast.
import { useEffect } from "preact/hooks";
import { metrics, ready, sources, stats } from "../client";
import { gauge, latencies, samples, stageMeans } from "../metrics";
import { Bars, Counts, Shown } from "../parts/bits";
import { Growth } from "../parts/growth";
import { useLoad } from "../parts/load";
import { bytes, count } from "../parts/words";
import type { Route } from "../route";
import { session } from "../session";
import type { Stats } from "../types";

const LOOK_AGAIN_MS = 5_000;

export function Health(_: { route: Route }) {
  const state = useLoad((signal) => ready(signal), []);
  const held = useLoad((signal) => stats(signal), []);
  const rows = useLoad((signal) => sources(signal), []);
  const measured = useLoad(session.forAllSpaces ? (signal) => metrics(signal) : null, []);
  const all = [state, held, measured];
  useEffect(() => {
    const look = () => document.hidden || all.forEach((each) => each.poll());
    const timer = setInterval(look, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <>
      <Shown of={state}>
        {({ status, reasons }) => (
          <p role="status">
            The server is <strong class={status}>{status}</strong>
            {reasons.length ? `: ${reasons.join("; ")}` : ""}
          </p>
        )}
      </Shown>
      <div class="columns">
        <section aria-labelledby="held">
          <h2 id="held">What the space holds</h2>
          <Shown of={held}>{(found) => <Held stats={found} />}</Shown>
          <h2>Growth: sources by the day they came</h2>
          <Shown of={rows}>{(found) => <Growth rows={found} />}</Shown>
        </section>
        <section aria-labelledby="fast">
          <h2 id="fast">Queue and latencies</h2>
          {session.forAllSpaces ? (
            <Shown of={measured}>{(text) => <Measured text={text} />}</Shown>
          ) : (
            <p class="quiet">They are of all spaces, and so for a key of all spaces.</p>
          )}
        </section>
      </div>
    </>
  );
}

function Held({ stats: { seq, nodes, edges, n_vectors, store_bytes, embedder } }: { stats: Stats }) {
  const lag = (nodes["Passage"] ?? 0) - n_vectors;
  return (
    <>
      <dl class="facts">
        <dt>Commits</dt>
        <dd>{count(seq)}</dd>
        {store_bytes ? (
          <>
            <dt>Store</dt>
            <dd>{bytes(store_bytes)}</dd>
          </>
        ) : null}
        <dt>Embedder</dt>
        <dd>{embedder ?? "none"}</dd>
        <dt>Index lag</dt>
        <dd>{lag > 0 ? `${count(lag)} passages without a vector` : "none"}</dd>
      </dl>
      <div class="row top">
        <Counts of={nodes} caption="Nodes" />
        <Counts of={edges} caption="Edges" />
      </div>
    </>
  );
}

function Measured({ text }: { text: string }) {
  const all = samples(text);
  const stages = stageMeans(all);
  const said = (name: string, unit = "") => {
    const value = gauge(all, name);
    return value === undefined ? "unknown" : `${count(Math.round(value * 10) / 10)}${unit}`;
  };
  return (
    <>
      <dl class="facts">
        <dt>Writes waiting</dt>
        <dd>{said("graphmem_writes_waiting")}</dd>
        <dt>Oldest of them</dt>
        <dd>{said("graphmem_write_lag_seconds", " s")}</dd>
        <dt>Writes failed</dt>
        <dd>{said("graphmem_writes_failed")}</dd>
      </dl>
      <h3>Mean milliseconds of each stage of a search</h3>
      {stages.length ? (
        <Bars parts={stages} label="Milliseconds of each stage of a search" />
      ) : (
        <p class="quiet">Nobody has asked yet.</p>
      )}
      <div class="scroll" tabIndex={0} role="region" aria-label="Latencies">
        <table>
          <caption>Requests: at most so many milliseconds</caption>
          <thead>
            <tr>
              <th scope="col">Route</th>
              <th scope="col">Calls</th>
              <th scope="col">Half</th>
              <th scope="col">95 %</th>
            </tr>
          </thead>
          <tbody>
            {latencies(all).map((row) => (
              <tr key={row.route}>
                <th scope="row">{row.route}</th>
                <td class="number">{count(row.n)}</td>
                <td class="number">{count(row.p50)}</td>
                <td class="number">{count(row.p95)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
