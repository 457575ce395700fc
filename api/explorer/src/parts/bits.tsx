// Small pieces that several views show.
import type { ComponentChildren } from "preact";
import { Problem } from "../http";
import { session } from "../session";
import type { Loaded } from "./load";
import { askForKey } from "./settings";
import type { ScorePart } from "../types";

/** Say what went wrong, where a screen reader hears it; who has no key yet is asked for one. */
export function Failure({ error }: { error: Error | undefined }) {
  const refused = error instanceof Problem && error.status === 401;
  const first = refused && !session.key;
  return (
    <div role="alert" class={first ? "wanting" : error ? "failure" : "none"}>
      {first ? "This server asks for a key." : error?.message}
      {refused ? " Set a key under " : ""}
      {refused ? (
        <button type="button" class="plain" onClick={askForKey}>
          Space and key
        </button>
      ) : null}
    </div>
  );
}

/** Show a loaded value, or that it is coming, or why it does not. */
export function Shown<T>(props: {
  of: Loaded<T>;
  children: (value: T) => ComponentChildren;
  idle?: string;
}) {
  const { data, error, busy } = props.of;
  return (
    <div aria-busy={busy}>
      <Failure error={error} />
      {data !== undefined ? props.children(data) : null}
      {data === undefined && !error ? (
        <p class="quiet">{busy ? "Loading …" : (props.idle ?? "")}</p>
      ) : null}
    </div>
  );
}

/** Signed numbers as bars from a middle line, with the number beside each. */
export function Bars({ parts, label }: { parts: ScorePart[]; label: string }) {
  const most = Math.max(1e-9, ...parts.map((part) => Math.abs(part.value)));
  return (
    <table class="bars" aria-label={label}>
      <tbody>
        {parts.map((part) => (
          <tr key={part.name}>
            <th scope="row">{part.name}</th>
            <td>
              <svg viewBox="-50 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                <rect
                  class={part.value < 0 ? "less" : "more"}
                  x={Math.min(0, (part.value / most) * 50)}
                  width={(Math.abs(part.value) / most) * 50}
                  height="8"
                />
                <line x1="0" x2="0" y2="8" />
              </svg>
            </td>
            <td class="number">{part.value.toFixed(3)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Counts by name, as a table of two columns. */
export function Counts({ of, caption }: { of: Record<string, number>; caption: string }) {
  const rows = Object.entries(of).filter(([, n]) => n);
  if (!rows.length) return null;
  return (
    <table>
      <caption>{caption}</caption>
      <tbody>
        {rows.map(([name, n]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="number">{n.toLocaleString("en")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
