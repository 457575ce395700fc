// What the user has set: the space, a key, the colours. The key never outlives the tab.

const KEY = "graphmem-key";
const SPACE = "graphmem-space";
const THEME = "graphmem-theme";

export type Theme = "system" | "light" | "dark";

let forAllSpaces = true;

export const session = {
  /** Whether the key may ask about the server as a whole, as far as is known. */
  get forAllSpaces(): boolean {
    return forAllSpaces;
  },
  set forAllSpaces(value: boolean) {
    forAllSpaces = value;
  },
  get key(): string {
    return sessionStorage.getItem(KEY) ?? "";
  },
  set key(value: string) {
    forAllSpaces = true;
    if (value) sessionStorage.setItem(KEY, value);
    else sessionStorage.removeItem(KEY);
  },
  get space(): string {
    return localStorage.getItem(SPACE) ?? "default";
  },
  set space(value: string) {
    localStorage.setItem(SPACE, value);
  },
  get theme(): Theme {
    const kept = localStorage.getItem(THEME);
    return kept === "light" || kept === "dark" ? kept : "system";
  },
  set theme(value: Theme) {
    localStorage.setItem(THEME, value);
    showTheme();
  },
};

/** Tell the stylesheet which colours are wanted. */
export function showTheme(): void {
  document.documentElement.dataset["theme"] = session.theme;
}

/** Whether the page is dark now, by the switch or else by the system. */
export function isDark(): boolean {
  if (session.theme !== "system") return session.theme === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

/** Call back whenever the page turns dark or light; returns how to stop that. */
export function onTheme(changed: () => void): () => void {
  const query = matchMedia("(prefers-color-scheme: dark)");
  const watcher = new MutationObserver(changed);
  watcher.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  query.addEventListener("change", changed);
  return () => {
    watcher.disconnect();
    query.removeEventListener("change", changed);
  };
}
