// The frame: where one can go, and the view that is open.
import type { FunctionComponent } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Settings } from "./parts/settings";
import { useRoute, type Route } from "./route";
import { Ask } from "./views/ask";
import { Cypher } from "./views/cypher";
import { GraphView } from "./views/graph";
import { Health } from "./views/health";
import { Jobs } from "./views/jobs";
import { NodeView } from "./views/node";

interface View {
  title: string;
  show: FunctionComponent<{ route: Route }>;
  hidden?: boolean;
}

const VIEWS: Record<string, View> = {
  ask: { title: "Ask", show: Ask },
  graph: { title: "Graph", show: GraphView },
  node: { title: "Node", show: NodeView, hidden: true },
  cypher: { title: "Cypher", show: Cypher },
  jobs: { title: "Jobs", show: Jobs },
  health: { title: "Health", show: Health },
};

export function App() {
  const route = useRoute();
  const [turn, setTurn] = useState(0);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const view = VIEWS[route.view] ?? VIEWS["ask"]!;
  useEffect(() => {
    document.title = `${view.title} · graphmem`;
    // A screen reader hears of the new view; the page as it opens keeps its own start.
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
  }, [route.view, route.id]);
  const Show = view.show;
  return (
    <>
      <button class="skip" type="button" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <header>
        <a class="name" href="#/ask">
          graphmem
        </a>
        <nav aria-label="Views">
          {Object.entries(VIEWS)
            .filter(([, each]) => !each.hidden)
            .map(([name, each]) => (
              <a
                key={name}
                href={`#/${name}`}
                aria-current={each === view ? "page" : undefined}
              >
                {each.title}
              </a>
            ))}
        </nav>
        <Settings changed={() => setTurn((n) => n + 1)} />
      </header>
      <main ref={main} tabIndex={-1} key={turn}>
        <h1>{view.title}</h1>
        <Show route={route} />
      </main>
    </>
  );
}
