// The build is committed, so it has to be the same bytes wherever it is made.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { licences, sourcesDigest } from "./bundling/committed.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  base: "./",
  root: here("."),
  plugins: [licences(), sourcesDigest()],
  build: {
    outDir: here("../graphmem_api/explorer/dist"),
    emptyOutDir: true,
    target: "es2022",
    cssTarget: "chrome123",
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    assetsInlineLimit: 0,
  },
  worker: { format: "es" },
});
