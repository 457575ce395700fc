// The drawing as a component, with keys to move it.
import { useEffect, useRef, useState } from "preact/hooks";
import { Failure } from "../parts/bits";
import { onTheme } from "../session";
import { startLayout } from "./layout";
import { Camera } from "./camera";
import type { Wanted } from "./looks";
import type { Model } from "./model";
import { followPointers } from "./pointer";
import { Stage } from "./stage";

interface Props {
  model: Model;
  wanted: Wanted;
  /** A node that was found by its words: the view goes there. */
  focus: string | null;
  chosen: (uid: string | null) => void;
  moved: (done: boolean) => void;
}

const GONE =
  "the browser has taken the graphics away from this page; the graph is drawn again when it gives them back";
const STEP_PX = 80;
const ZOOM = 1.3;

export function Canvas({ model, wanted, focus, chosen, moved }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const stage = useRef<Stage | null>(null);
  // What is in sight stays so when more is joined to the graph.
  const [camera] = useState(() => new Camera());
  const [error, setError] = useState<Error>();
  useEffect(() => {
    let made: Stage;
    try {
      made = new Stage(box.current!, model, wanted, camera, (gone) =>
        setError(gone ? new Error(GONE) : undefined),
      );
    } catch (reason) {
      setError(reason as Error);
      return undefined;
    }
    stage.current = made;
    const stopTheme = onTheme(() => made.recolour());
    const layout = startLayout(model, (done) => {
      made.replace(done);
      moved(done);
    });
    const stopPointers = followPointers(box.current!, made, chosen, (held) => {
      made.hold(held);
      layout.wait(held);
    });
    return () => {
      layout.stop();
      stopTheme();
      stopPointers();
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
    <>
      <Failure error={error} />
      <div
        ref={box}
        class="canvas"
        role="application"
        tabIndex={0}
        aria-label="The graph. Arrow keys move it, plus and minus zoom, 0 shows all. Find nodes by name in the search below."
        onKeyDown={key}
      />
    </>
  );
}

function moveBy(stage: Stage, key: string): boolean {
  const { camera } = stage;
  const moves: Record<string, () => void> = {
    ArrowLeft: () => camera.pan(STEP_PX, 0),
    ArrowRight: () => camera.pan(-STEP_PX, 0),
    ArrowUp: () => camera.pan(0, STEP_PX),
    ArrowDown: () => camera.pan(0, -STEP_PX),
    "+": () => camera.zoomBy(ZOOM),
    "-": () => camera.zoomBy(1 / ZOOM),
    "0": () => stage.lookAtAll(),
  };
  moves[key]?.();
  if (key in moves) stage.moved();
  return key in moves;
}
