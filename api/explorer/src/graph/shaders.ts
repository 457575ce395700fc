// What the graphics processor does for each node and edge: it alone works out how each of them
// looks at a moment, so that to go through time is to set one number.

/** Nodes a row of the textures that hold them. */
export const WIDE = 1024;

const SHARED = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
uniform sampler2D u_nodes;  // x, y, radius, layer
uniform sampler2D u_times;  // place of the moment from which it stands, and to which; past; mark
uniform vec2 u_middle;
uniform vec2 u_scale;
uniform float u_at;         // place of the moment; below 0 is today
uniform int u_layers;       // a bit each
uniform bool u_lit;         // whether any are lit: then the rest steps back

const int HIDDEN = 0, PAST = 1, ASIDE = 2, PLAIN = 3, LIT = 4, CHOSEN = 5;

ivec2 spot(int row) { return ivec2(row % ${WIDE}, row / ${WIDE}); }

int lookOf(vec4 node, vec4 times) {
  if ((u_layers >> int(node.w) & 1) == 0) return HIDDEN;
  if (u_at >= 0. && u_at < times.x) return HIDDEN;
  if (times.w > 1.5) return CHOSEN;
  if (times.w > .5) return LIT;
  if (u_at < 0. ? times.z > .5 : u_at >= times.y) return PAST;
  return u_lit ? ASIDE : PLAIN;
}

vec2 placed(vec4 node) { return (node.xy - u_middle) * u_scale; }
const vec4 NOWHERE = vec4(2., 2., 2., 1.);
`;

export const POINTS = {
  vertex: `${SHARED}
uniform float u_grow;
uniform float u_dense;
uniform vec3 u_colours[8];
uniform vec3 u_faded;
uniform vec3 u_paper;
flat out vec3 v_colour;
flat out float v_size;
void main() {
  vec4 node = texelFetch(u_nodes, spot(gl_VertexID), 0);
  int look = lookOf(node, texelFetch(u_times, spot(gl_VertexID), 0));
  float radius = max(.8, node.z * u_grow) * (look >= LIT ? 1.5 : 1.);
  v_size = 2. * radius * u_dense;
  v_colour = look == PAST ? u_faded
    : look == ASIDE ? mix(u_colours[int(node.w)], u_paper, .72) : u_colours[int(node.w)];
  gl_PointSize = v_size;
  gl_Position = look == HIDDEN ? NOWHERE : vec4(placed(node), .5 - .1 * float(look), 1.);
}`,
  fragment: `#version 300 es
precision highp float;
flat in vec3 v_colour;
flat in float v_size;
uniform vec3 u_paper;
out vec4 colour;
void main() {
  // Pixels from the rim inwards; a thin rim parts what lies on top of each other.
  float inside = (.5 - length(gl_PointCoord - .5)) * v_size;
  float cover = v_size > 3. ? clamp(inside + .5, 0., 1.) : 1.;
  if (cover < .05) discard;
  float rim = v_size > 8. ? smoothstep(.4, 1.6, inside) : 1.;
  colour = vec4(mix(u_paper, v_colour, rim) * cover, cover);
}`,
};

export const LINES = {
  vertex: `${SHARED}
in ivec2 a_ends;            // its own, and the other
void main() {
  vec4 own = texelFetch(u_nodes, spot(a_ends.x), 0);
  vec4 other = texelFetch(u_nodes, spot(a_ends.y), 0);
  bool hidden = lookOf(own, texelFetch(u_times, spot(a_ends.x), 0)) == HIDDEN
    || lookOf(other, texelFetch(u_times, spot(a_ends.y), 0)) == HIDDEN;
  gl_Position = hidden ? NOWHERE : vec4(placed(own), .9, 1.);
}`,
  fragment: `#version 300 es
precision highp float;
uniform vec4 u_edge;
out vec4 colour;
void main() { colour = vec4(u_edge.rgb * u_edge.a, u_edge.a); }`,
};
