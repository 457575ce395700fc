// Server-sent events over fetch: the browser's own EventSource cannot send a key in a header.
import { send } from "./http";

export interface Told {
  event: string;
  data: string;
}

/** Yield events until the stream ends or is given up. Lines end in \n, \r\n or \r. */
export async function* listen(path: string, signal: AbortSignal): AsyncGenerator<Told> {
  const response = await send(path, { accept: "text/event-stream", signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split(/\r\n\r\n|\n\n|\r\r/);
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const told = read(block);
        if (told) yield told;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function read(block: string): Told | undefined {
  let event = "message";
  const data: string[] = [];
  for (const line of block.split(/\r\n|\n|\r/)) {
    const at = line.indexOf(":");
    if (at <= 0) continue; // a comment, such as a sign of life
    const [name, value] = [line.slice(0, at), line.slice(at + 1).replace(/^ /, "")];
    if (name === "event") event = value;
    if (name === "data") data.push(value);
  }
  return data.length ? { event, data: data.join("\n") } : undefined;
}
