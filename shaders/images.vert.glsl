#include "view.glsl"

uniform vec4 u_rect; // x, y, width, height in scene units: one unit is one texel

void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    gl_Position = u_clip_from_scene * vec4(u_rect.xy + corner * u_rect.zw, 0.0, 1.0);
}
