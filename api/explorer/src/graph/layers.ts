// What each label is drawn as: a layer with a colour, and how large.

export interface Layer {
  id: string;
  title: string;
  labels: string[];
  light: string;
  dark: string;
  size: number;
}

export const LAYERS: Layer[] = [
  { id: "evidence", title: "Sources and passages", labels: ["Source", "Passage"], light: "#2f6db5", dark: "#6fa8e8", size: 3 },
  { id: "events", title: "Events", labels: ["Event"], light: "#0a7f5f", dark: "#4cc49d", size: 3 },
  { id: "entities", title: "Entities", labels: ["Entity"], light: "#b35c00", dark: "#f0a24a", size: 4 },
  { id: "facts", title: "Facts", labels: ["Proposition", "Predicate"], light: "#a8327f", dark: "#ea7fc3", size: 3 },
  { id: "howto", title: "Lessons and topics", labels: ["Prescription", "Concept"], light: "#6b7a00", dark: "#c3d23c", size: 4 },
  { id: "hyperedges", title: "Hyperedges", labels: ["Hyperedge"], light: "#b3261e", dark: "#ff8a80", size: 4 },
  { id: "runs", title: "Runs and insights", labels: ["Query", "Interaction", "Insight"], light: "#6a4bc4", dark: "#b39ef2", size: 4 },
];

const BY_LABEL = new Map(
  LAYERS.flatMap((layer) => layer.labels.map((label) => [label, layer] as const)),
);

export const layerOf = (label: string): Layer => BY_LABEL.get(label) ?? LAYERS[0]!;
