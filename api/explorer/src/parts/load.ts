import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { isRefusal } from "../http";

export interface Loaded<T> {
  data: T | undefined;
  error: Error | undefined;
  busy: boolean;
  again: () => void;
  /** Ask again, unless the server refused it: it would do so each time, and keep a record of it. */
  poll: () => void;
}

/** Load a value whenever one of `inputs` changes; what is no longer wanted is given up. */
export function useLoad<T>(
  load: ((signal: AbortSignal) => Promise<T>) | null,
  inputs: readonly unknown[],
): Loaded<T> {
  const [found, setFound] = useState<{ data: T; of: readonly unknown[] }>();
  const [error, setError] = useState<Error>();
  const [busy, setBusy] = useState(false);
  const [turn, setTurn] = useState(0);
  const refused = useRef(false);
  const again = useCallback(() => setTurn((n) => n + 1), []);
  const poll = useCallback(() => refused.current || again(), []);
  useEffect(() => {
    if (!load) return undefined;
    const stop = new AbortController();
    setBusy(true);
    load(stop.signal).then(
      (value) => {
        if (stop.signal.aborted) return;
        setFound({ data: value, of: inputs });
        setError(undefined);
        refused.current = false;
        setBusy(false);
      },
      (reason: unknown) => {
        if (stop.signal.aborted) return;
        setFound(undefined);
        refused.current = isRefusal(reason);
        setError(reason instanceof Error ? reason : new Error(String(reason)));
        setBusy(false);
      },
    );
    return () => stop.abort();
  }, [...inputs, turn]);
  // What was found for other inputs is not shown as if it were for these.
  const fits = found?.of.every((input, n) => Object.is(input, inputs[n]));
  return { data: fits ? found?.data : undefined, error, busy, again, poll };
}
