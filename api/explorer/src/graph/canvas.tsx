// The drawing as a component, with keys to move it.
import { useEffect, useRef } from "preact/hooks";
import { onTheme } from "../session";
import { startLayout } from "./layout";
import type { Model } from "./model";
import { Stage, type Wanted } from "./stage";

interface Props {
  model: Model;
  wanted: Wanted;
  /** A node that was found by its words: the view goes there. */
  focus: string | null;
  chosen: (uid: string | null) => void;
  moved: (done: boolean) => void;
}

const STEP = 0.1;
const ZOOM = 1.3;

export function Canvas({ model, wanted, focus, chosen, moved }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const stage = useRef<Stage | null>(null);
  useEffect(() => {
    const made = new Stage(box.current!, model, wanted, chosen);
    stage.current = made;
    const stopLayout = startLayout(model, moved);
    const stopTheme = onTheme(() => made.recolour());
    return () => {
      stopLayout();
      stopTheme();
      made.kill();
      stage.current = null;
    };
  }, [model]);
  useEffect(() => stage.current?.show(wanted), [wanted]);
  useEffect(() => {
    if (focus) stage.current?.lookAt(focus);
  }, [focus]);
  const key = (event: KeyboardEvent) => {
    if (stage.current && moveBy(stage.current, event.key)) event.preventDefault();
  };
  return (
    <div
      ref={box}
      class="canvas"
      role="application"
      tabIndex={0}
      aria-label="The graph. Arrow keys move it, plus and minus zoom, 0 shows all. Find nodes by name in the search below."
      onKeyDown={key}
    />
  );
}

function moveBy(stage: Stage, key: string): boolean {
  const camera = stage.sigma.getCamera();
  const { x, y, ratio } = camera.getState();
  const step = STEP * ratio;
  const states: Record<string, object> = {
    ArrowLeft: { x: x - step },
    ArrowRight: { x: x + step },
    ArrowUp: { y: y + step },
    ArrowDown: { y: y - step },
    "+": { ratio: ratio / ZOOM },
    "-": { ratio: ratio * ZOOM },
    "0": { x: 0.5, y: 0.5, ratio: 1 },
  };
  const state = states[key];
  if (state) camera.setState(state);
  return state !== undefined;
}
