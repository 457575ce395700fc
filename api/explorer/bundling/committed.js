// What is written beside the built files: whose code is in them, and from which sources they are.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const FILES = ["index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.js"];
const FOLDERS = ["bundling", "src"];

/** One line for each bundled package, then the words of its licence. */
export function licences() {
  return {
    name: "licences",
    generateBundle() {
      const found = new Map();
      for (const id of this.getModuleIds()) {
        const inside = id.split("\0").pop().split(`node_modules${sep}`).pop();
        if (id.includes("node_modules")) found.set(packageOf(inside), true);
      }
      const names = [...found.keys()].sort();
      this.emitFile({ type: "asset", fileName: "NOTICE.txt", source: notice(names) });
    },
  };
}

/** A digest over the sources; a test compares it, so that nobody commits one without the other. */
export function sourcesDigest() {
  return {
    name: "sources-digest",
    generateBundle() {
      const hash = createHash("sha256");
      for (const path of sources()) {
        const bytes = readFileSync(join(ROOT, path));
        hash.update(`${path}\0${bytes.length}\0`).update(bytes);
      }
      this.emitFile({ type: "asset", fileName: "SOURCES.sha256", source: `${hash.digest("hex")}\n` });
    },
  };
}

function sources() {
  const inFolders = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join("/")),
  );
  return [...FILES, ...inFolders].sort((a, b) => (a < b ? -1 : 1));
}

function packageOf(inside) {
  const parts = inside.split(sep);
  return parts[0].startsWith("@") ? parts.slice(0, 2).join("/") : parts[0];
}

function notice(names) {
  const blocks = names.map((name) => {
    const folder = join(ROOT, "node_modules", name);
    const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) throw new Error(`${name} ships no licence text: add it by hand or leave it out`);
    const text = readFileSync(join(folder, file), "utf8").trim();
    return `${name} ${about.version} (${about.license})\n\n${text}\n`;
  });
  const head = "The explorer's built files hold code of these packages.\n";
  return [head, ...blocks].join(`\n${"-".repeat(72)}\n\n`);
}
