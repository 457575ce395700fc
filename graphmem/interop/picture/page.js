"use strict";
const { cards, links } = JSON.parse(document.getElementById("data").textContent);
const svg = document.getElementById("graph");
const card = document.getElementById("card");
const found = document.getElementById("found");
const nodes = [...svg.querySelectorAll(".n")];
const names = [...svg.querySelectorAll(".name")];
const edges = [...svg.querySelectorAll(".e")];
const home = svg.viewBox.baseVal;
const all = { x: home.x, y: home.y, width: home.width, height: home.height };
const near = cards.map(() => []);
links.forEach(([kind, start, end], row) => {
  near[start].push({ kind, other: end, row, out: true });
  near[end].push({ kind, other: start, row, out: false });
});
const words = { Source: "sources", Passage: "passages", Event: "events", Entity: "entities",
                Proposition: "facts" };
let pinned = null;

function make(tag, text, style) {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  if (style) element.className = style;
  return element;
}

function light(index) {
  svg.classList.toggle("lit", index !== null);
  for (const element of svg.querySelectorAll(".on")) element.classList.remove("on");
  if (index === null) return;
  const close = new Set([index]);
  for (const link of near[index]) {
    close.add(link.other);
    edges[link.row].classList.add("on");
  }
  for (const element of [...nodes, ...names]) {
    if (close.has(Number(element.dataset.i))) element.classList.add("on");
  }
}

function show(index) {
  const it = cards[index];
  card.replaceChildren(make("div", words[it.kind] ? it.kind : "node", "kind"), make("h2", it.text));
  const facts = make("dl");
  for (const [name, value] of it.facts) facts.append(make("dt", name), make("dd", value));
  card.append(facts);
  if (it.said.length) card.append(make("h3", "In these words"));
  for (const [text, origin] of it.said) {
    const quote = make("blockquote", text);
    quote.append(make("footer", origin));
    card.append(quote);
  }
  if (it.more) card.append(make("p", `and ${it.more} more`));
  if (near[index].length) card.append(make("h3", "Joined to"));
  for (const link of near[index]) {
    const row = make("button", "", "link");
    row.append(make("b", `${link.out ? "→" : "←"} ${link.kind} `));
    row.append(cards[link.other].text.slice(0, 110));
    row.addEventListener("click", () => pin(link.other));
    card.append(row);
  }
}

function pin(index) {
  pinned = index;
  for (const element of nodes) {
    element.classList.toggle("pinned", Number(element.dataset.i) === index);
  }
  light(index);
  if (index !== null) show(index);
}

for (const element of nodes) {
  const index = Number(element.dataset.i);
  element.setAttribute("tabindex", "0");
  element.querySelector("title").textContent = cards[index].text.slice(0, 200);
  element.addEventListener("pointerenter", () => light(index));
  element.addEventListener("pointerleave", () => light(pinned));
  element.addEventListener("click", (event) => { event.stopPropagation(); pin(index); });
  element.addEventListener("keydown", (event) => { if (event.key === "Enter") pin(index); });
}
svg.addEventListener("click", () => { if (!dragged) pin(null); });

document.getElementById("find").addEventListener("input", (event) => {
  const wanted = event.target.value.trim().toLowerCase();
  found.replaceChildren();
  if (wanted.length < 2) return;
  const hits = cards.map((it, index) => ({ it, index }))
    .filter(({ it }) => it.text.toLowerCase().includes(wanted)).slice(0, 12);
  for (const { it, index } of hits) {
    const row = make("button", it.text.slice(0, 90));
    row.addEventListener("click", () => pin(index));
    found.append(row);
  }
});

const legend = document.getElementById("legend");
for (const kind of ["Source", "Passage", "Event", "Entity", "Proposition"]) {
  const of = nodes.filter((element) => cards[element.dataset.i].kind === kind);
  if (!of.length) continue;
  const button = make("button");
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  icon.setAttribute("viewBox", "0 0 14 14");
  const dot = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const shapes = { Source: "M1 1h12v12H1z", Event: "M7 1l6 12H1z", Proposition: "M7 0l7 7-7 7-7-7z" };
  dot.setAttribute("d", shapes[kind] || "M7 1a6 6 0 1 1 0 12a6 6 0 1 1 0-12z");
  dot.setAttribute("class", `n ${of[0].classList[1]}`);
  icon.append(dot);
  button.append(icon, `${words[kind]} ${of.length}`);
  button.setAttribute("aria-pressed", "true");
  button.addEventListener("click", () => {
    const hide = button.getAttribute("aria-pressed") === "true";
    button.setAttribute("aria-pressed", String(!hide));
    const gone = new Set(of.map((element) => element.dataset.i));
    for (const element of [...nodes, ...names]) {
      if (gone.has(element.dataset.i)) element.classList.toggle("off", hide);
    }
    for (const element of edges) {
      const ends = [element.dataset.s, element.dataset.t];
      element.classList.toggle("off", ends.some((i) => nodes[i].classList.contains("off")));
    }
  });
  legend.append(button);
}

function scale() {
  const box = svg.getBoundingClientRect();
  return Math.max(home.width / box.width, home.height / box.height);
}

const sizes = names.map((element) => Number(element.getAttribute("font-size")));

function look(x, y, width, height) {
  Object.assign(home, { x, y, width, height });
  // Names grow more slowly than the graph, so that coming closer makes room between them.
  const shrink = Math.min(1, Math.pow(width / all.width, 0.6));
  names.forEach((element, i) => element.setAttribute("font-size", sizes[i] * shrink));
  svg.classList.toggle("near", scale() < 0.75);
}

svg.addEventListener("wheel", (event) => {
  event.preventDefault();
  const box = svg.getBoundingClientRect();
  const factor = Math.exp(event.deltaY * 0.0012);
  const width = Math.min(Math.max(home.width * factor, all.width / 30), all.width * 2);
  const grow = width / home.width;
  const px = home.x + home.width * (event.clientX - box.left) / box.width;
  const py = home.y + home.height * (event.clientY - box.top) / box.height;
  look(px - (px - home.x) * grow, py - (py - home.y) * grow, width, home.height * grow);
}, { passive: false });

let from = null;
let dragged = false;
svg.addEventListener("pointerdown", (event) => {
  from = { x: event.clientX, y: event.clientY, left: home.x, top: home.y };
  dragged = false;
});
window.addEventListener("pointermove", (event) => {
  if (!from) return;
  const dx = event.clientX - from.x;
  const dy = event.clientY - from.y;
  if (Math.abs(dx) + Math.abs(dy) > 4) dragged = true;
  svg.classList.toggle("moving", dragged);
  look(from.left - dx * scale(), from.top - dy * scale(), home.width, home.height);
});
window.addEventListener("pointerup", () => { from = null; svg.classList.remove("moving"); });
svg.addEventListener("dblclick", () => { look(all.x, all.y, all.width, all.height); pin(null); });
