// What can be done to a node. What removes asks first, and shows its receipt.
import { useRef, useState } from "preact/hooks";
import { merge, remove, retire, unmerge } from "../client";
import type { GraphNode, Receipt } from "../types";
import { Counts, Failure } from "./bits";
import { cut, textOf } from "./words";

// A source goes by its name, with all that it told.
const whatGoes = (node: GraphNode): string =>
  node.label === "Source"
    ? "this source, its passages, and what rests on them alone"
    : "this and what rests on it alone";

interface Props {
  node: GraphNode;
  again: () => void;
  gone: (receipt: Receipt) => void;
}

export function Actions({ node, again, gone }: Props) {
  const [error, setError] = useState<Error>();
  const [other, setOther] = useState("");
  const [busy, setBusy] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const act = async (work: () => Promise<void>) => {
    setBusy(true);
    setError(undefined);
    try {
      await work();
    } catch (reason) {
      setError(reason as Error);
    } finally {
      setBusy(false);
    }
  };
  const onRetire = () =>
    act(async () => {
      await retire(node.uid);
      again();
    });
  const onDelete = () => {
    dialog.current?.close();
    return act(async () => gone(await remove(node)));
  };
  const onMerge = (work: (uid: string, into: string) => Promise<Receipt>) =>
    act(async () => {
      await work(node.uid, other.trim());
      again();
    });
  return (
    <div class="row" aria-busy={busy}>
      {node.label === "Proposition" && node.status === "current" ? (
        <button type="button" disabled={busy} onClick={() => void onRetire()}>
          Retire
        </button>
      ) : null}
      <button
        type="button"
        class="danger"
        disabled={busy}
        onClick={() => dialog.current?.showModal()}
      >
        Delete …
      </button>
      {node.label === "Entity" ? (
        <>
          <label>
            Another name or uid
            <input
              name="other"
              value={other}
              onInput={(event) => setOther(event.currentTarget.value)}
            />
          </label>
          <button type="button" disabled={busy || !other} onClick={() => void onMerge(merge)}>
            Is the same
          </button>
          <button type="button" disabled={busy || !other} onClick={() => void onMerge(unmerge)}>
            Is not the same
          </button>
        </>
      ) : null}
      <Failure error={error} />
      <dialog ref={dialog} aria-labelledby="ask-delete">
        <h2 id="ask-delete">Delete for good?</h2>
        <p>
          {node.label}: {cut(textOf(node), 200)}
        </p>
        <p>
          It removes {whatGoes(node)}. There is no way back. To say only that a fact no longer
          holds, retire it.
        </p>
        <div class="row">
          <button type="button" onClick={() => dialog.current?.close()}>
            Keep
          </button>
          <button type="button" class="danger" onClick={() => void onDelete()}>
            Delete
          </button>
        </div>
      </dialog>
    </div>
  );
}

export function Removed({ receipt }: { receipt: Receipt }) {
  return (
    <section role="status" class="receipt" aria-label="Receipt">
      <h2>Deleted</h2>
      <p>
        Commit {receipt.seq}; cleared in {(receipt.places ?? []).join(", ") || "no place"};{" "}
        {receipt.recounted ?? 0} nodes stay with less to rest on.
      </p>
      <div class="row top">
        <Counts of={receipt.nodes ?? {}} caption="Nodes gone" />
        <Counts of={receipt.edges ?? {}} caption="Edges gone" />
      </div>
    </section>
  );
}
