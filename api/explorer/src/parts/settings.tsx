// What the user sets: the space, a key, the colours.
import { useEffect, useRef, useState } from "preact/hooks";
import { session, type Theme } from "../session";

let open: (() => void) | undefined;

/** Open the panel where a key is set, and go there. */
export const askForKey = (): void => open?.();

export function Settings({ changed }: { changed: () => void }) {
  const [space, setSpace] = useState(session.space);
  const [key, setKey] = useState(session.key);
  const [theme, setTheme] = useState<Theme>(session.theme);
  const panel = useRef<HTMLDetailsElement>(null);
  const keyField = useRef<HTMLInputElement>(null);
  useEffect(() => {
    open = () => {
      panel.current?.setAttribute("open", "");
      keyField.current?.focus();
    };
    return () => (open = undefined);
  }, []);
  const keep = (event: Event) => {
    event.preventDefault();
    session.space = space.trim() || "default";
    session.key = key.trim();
    panel.current?.removeAttribute("open");
    changed();
  };
  const signOut = () => {
    session.key = "";
    setKey("");
    panel.current?.removeAttribute("open");
    changed();
  };
  return (
    <details class="settings" ref={panel}>
      <summary>Space and key: {session.space}</summary>
      <form onSubmit={keep} autocomplete="off">
        <label>
          Space
          <input
            name="space"
            value={space}
            maxLength={200}
            spellcheck={false}
            onInput={(event) => setSpace(event.currentTarget.value)}
          />
        </label>
        <label>
          API key
          <input
            ref={keyField}
            name="key"
            type="password"
            value={key}
            autocomplete="off"
            aria-describedby="key-note"
            onInput={(event) => setKey(event.currentTarget.value)}
          />
        </label>
        <small id="key-note">Kept in this tab only, and sent as a Bearer header.</small>
        <div class="row">
          <button type="submit">Use</button>
          {session.key ? (
            <button type="button" onClick={signOut}>
              Sign out
            </button>
          ) : null}
        </div>
        <label>
          Colours
          <select
            value={theme}
            onChange={(event) => {
              session.theme = event.currentTarget.value as Theme;
              setTheme(session.theme);
            }}
          >
            <option value="system">as the system</option>
            <option value="light">light</option>
            <option value="dark">dark</option>
          </select>
        </label>
      </form>
    </details>
  );
}
