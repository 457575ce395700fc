// Jobs: how far each is, as it happens; what failed and why; try again, or give up.
import { useEffect, useState } from "preact/hooks";
import { failures, follow, cancel, jobs, remember, retry } from "../jobs";
import { Failure, Shown } from "../parts/bits";
import { useLoad } from "../parts/load";
import { moment, plural } from "../parts/words";
import type { Route } from "../route";
import type { Job } from "../types";

const LOOK_AGAIN_MS = 5_000;

export function Jobs(_: { route: Route }) {
  const list = useLoad((signal) => jobs(signal), []);
  // What others began comes in by itself; what is here is followed event by event.
  useEffect(() => {
    const timer = setInterval(() => document.hidden || list.poll(), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [list.poll]);
  return (
    <>
      <Remember again={list.again} />
      <Shown of={list}>
        {(found) =>
          found.length ? (
            <ul class="jobs">
              {found.map((job) => (
                <Followed key={job.id} job={job} />
              ))}
            </ul>
          ) : (
            <p class="quiet">No jobs yet.</p>
          )
        }
      </Shown>
    </>
  );
}

function Remember({ again }: { again: () => void }) {
  const [text, setText] = useState("");
  const [source, setSource] = useState("");
  const [error, setError] = useState<Error>();
  const send = (event: Event) => {
    event.preventDefault();
    if (!text.trim()) return;
    remember(text, source.trim()).then(
      () => {
        setText("");
        setError(undefined);
        again();
      },
      (reason: Error) => setError(reason),
    );
  };
  return (
    <details>
      <summary>Remember a text</summary>
      <form onSubmit={send}>
        <label>
          Text
          <textarea
            name="text"
            rows={4}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <div class="row">
          <label>
            Name of its source
            <input
              name="source"
              value={source}
              onInput={(event) => setSource(event.currentTarget.value)}
            />
          </label>
          <button type="submit">Remember</button>
        </div>
        <Failure error={error} />
      </form>
    </details>
  );
}

function Followed({ job: given }: { job: Job }) {
  const [job, setJob] = useState(given);
  const [error, setError] = useState<Error>();
  useEffect(() => setJob(given), [given]);
  const open = job.state === "waiting" || job.state === "running";
  useEffect(() => {
    if (!open) return undefined;
    const stop = new AbortController();
    follow(job.id, stop.signal, setJob).catch((reason: Error) => {
      if (!stop.signal.aborted) setError(reason);
    });
    return () => stop.abort();
  }, [job.id, open]);
  const act = (asked: Promise<Job>) => {
    setError(undefined);
    asked.then(setJob, (reason: Error) => setError(reason));
  };
  const name = `job ${job.id.slice(-8)}`;
  return (
    <li aria-label={name}>
      <p>
        <strong>{job.kind}</strong> in {job.space} <span class="kind">{job.state}</span>
        <small>
          {name}, begun {moment(job.created_at)}
        </small>
      </p>
      <div class="row">
        <progress aria-label={`Progress of ${name}`} max={Math.max(1, job.items)} value={job.done} />
        <span>
          {job.done} of {plural(job.items, "item")}
          {job.failed ? `, ${job.failed} failed` : ""}
        </span>
        {job.failed && job.kind === "add" ? (
          <button type="button" onClick={() => act(retry(job.id))}>
            Retry
          </button>
        ) : null}
        {open || job.state === "stopped" || (job.failed && job.state !== "cancelled") ? (
          <button type="button" onClick={() => act(cancel(job.id))}>
            Cancel
          </button>
        ) : null}
      </div>
      {job.error ? <p class="failure">{job.error}</p> : null}
      <Failure error={error} />
      {job.failed ? <Failures job={job} /> : null}
    </li>
  );
}

function Failures({ job }: { job: Job }) {
  const items = useLoad((signal) => failures(job.id, signal), [job.id, job.failed]);
  return (
    <details>
      <summary>What failed, and why</summary>
      <Shown of={items}>
        {(rows) => (
          <ul>
            {rows.map((row) => (
              <li key={row.n}>
                {row.name}: {row.error} <small>({plural(row.attempts, "try", "tries")})</small>
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </details>
  );
}
