// The graph: layers that can be switched, what was believed when, one node and what is around it.
import { useEffect, useMemo, useState } from "preact/hooks";
import { graph, graphAround } from "../client";
import { Canvas } from "../graph/canvas";
import { Chosen, Finder } from "../graph/finder";
import { LAYERS } from "../graph/layers";
import { joined, modelOf, type Model } from "../graph/model";
import { Slider } from "../graph/slider";
import { MANY_EDGES } from "../graph/stage";
import type { Wanted } from "../graph/looks";
import { momentsOf, standing, type Clock } from "../graph/time";
import { isDark } from "../session";
import { Failure, Shown } from "../parts/bits";
import { useLoad } from "../parts/load";
import { count } from "../parts/words";
import type { Route } from "../route";
import type { GraphPart } from "../types";

const listed = (route: Route, name: string): string[] =>
  (route.query.get(name) ?? "").split(",").filter(Boolean);

export function GraphView({ route }: { route: Route }) {
  const around = listed(route, "around");
  const lit = listed(route, "lit");
  const loaded = useLoad<GraphPart>(
    (signal) => (around.length ? graphAround(around, signal) : graph(signal)),
    [around.join()],
  );
  return (
    <Shown of={loaded}>
      {(part) =>
        part.nodes.length ? (
          <Drawn key={around.join()} part={part} lit={lit} all={!around.length} />
        ) : (
          <p>There is nothing in this space yet.</p>
        )
      }
    </Shown>
  );
}

function Drawn({ part, lit, all }: { part: GraphPart; lit: string[]; all: boolean }) {
  const [model, setModel] = useState<Model>(() => modelOf(part));
  const [layers, setLayers] = useState(() => new Set(LAYERS.map((layer) => layer.id)));
  const [[at, clock], setTime] = useState<[number | null, Clock]>([null, "held"]);
  const [chosen, setChosen] = useState<string | null>(null);
  const [focus, setFocus] = useState<string | null>(null);
  const [settled, setSettled] = useState(false);
  const [error, setError] = useState<Error>();
  const litSet = useMemo(() => new Set(lit), [lit.join()]);
  const wanted = useMemo<Wanted>(
    () => ({ layers, at, clock, lit: litSet, chosen }),
    [layers, at, clock, litSet, chosen],
  );
  const moments = useMemo(() => momentsOf(model.spans[clock]), [model, clock]);
  const tally = useMemo(() => tallyOf(model, wanted), [model, wanted]);
  useEffect(() => setSettled(false), [model]);
  const find = (uid: string) => {
    setChosen(uid);
    setFocus(uid);
  };
  const expand = (uid: string) =>
    graphAround([uid]).then(
      (more) => setModel((before) => modelOf(joined(before, more), before)),
      (reason: Error) => setError(reason),
    );
  return (
    <div class="graph">
      <div class="stage" data-settled={settled}>
        <Canvas
          model={model}
          wanted={wanted}
          focus={focus}
          chosen={setChosen}
          moved={setSettled}
        />
        <p class="quiet" role="status">
          {count(model.nodes.length)} nodes, {count(model.edges.length)} edges
          {model.cut ? ", and more that are not drawn" : ""}
          {settled ? "" : "; finding their places …"}
          {model.edges.length > MANY_EDGES ? "; from afar a share of the edges is drawn" : ""}
        </p>
      </div>
      <div class="side">
        <Failure error={error} />
        {all ? null : (
          <p>
            Around a few nodes. <a href="#/graph">Show all</a>
          </p>
        )}
        <Layers model={model} layers={layers} set={setLayers} />
        <Slider
          moments={moments}
          at={at}
          clock={clock}
          tally={tally}
          set={(moment, which) => setTime([moment, which])}
        />
        <Finder model={model} choose={find} />
        {chosen ? (
          <Chosen
            model={model}
            uid={chosen}
            choose={find}
            expand={() => void expand(chosen)}
          />
        ) : null}
      </div>
    </div>
  );
}

interface LayersProps {
  model: Model;
  layers: Set<string>;
  set: (layers: Set<string>) => void;
}

function Layers({ model, layers, set }: LayersProps) {
  const sizes = useMemo(() => {
    const found = LAYERS.map(() => 0);
    for (const layer of model.layers) found[layer]! += 1;
    return found;
  }, [model]);
  const flip = (id: string) => {
    const next = new Set(layers);
    if (!next.delete(id)) next.add(id);
    set(next);
  };
  return (
    <fieldset class="layers">
      <legend>Layers</legend>
      {LAYERS.filter((_, n) => sizes[n]).map((layer) => (
        <label class="inline" key={layer.id}>
          <input
            type="checkbox"
            name={layer.id}
            checked={layers.has(layer.id)}
            onChange={() => flip(layer.id)}
          />
          <svg class="dot" viewBox="0 0 10 10" aria-hidden="true">
            <circle cx="5" cy="5" r="5" fill={isDark() ? layer.dark : layer.light} />
          </svg>
          {layer.title} ({count(sizes[LAYERS.indexOf(layer)]!)})
        </label>
      ))}
    </fieldset>
  );
}

/** Count the nodes of the layers that are on, by how they stand. */
function tallyOf(model: Model, { layers, at, clock }: Wanted) {
  const tally = { now: 0, past: 0, "not yet": 0 };
  const on = LAYERS.map(({ id }) => layers.has(id));
  model.layers.forEach((layer, row) => {
    if (on[layer]) tally[standing(model.spans, row, at, clock)] += 1;
  });
  return tally;
}
