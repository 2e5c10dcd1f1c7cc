#inputs
#include "view.glsl"
#include "color.glsl"

// A frame of eight triangles, as a strip of ten vertices that goes round: outer, inner, outer, inner ...
const vec2 CORNERS[4] = vec2[](vec2(-1.0, -1.0), vec2(1.0, -1.0), vec2(1.0, 1.0), vec2(-1.0, 1.0));

flat out vec2 v_center_px;
flat out vec2 v_half_px;
flat out float v_radius_px;
flat out vec4 v_color;

void main() {
    Seen seen = see(vec3(a_center, 0.0));
    v_center_px = seen.px;
    v_half_px = a_half_size * u_px_per_unit;
    v_radius_px = radius_px(a_radius, seen);
    v_color = linear_color(a_color);
    bool is_inner = (gl_VertexID & 1) == 1;
    vec2 outer = v_half_px + v_radius_px + 1.0;
    vec2 inner = max(v_half_px - v_radius_px - 1.0, 0.0);
    vec2 corner = CORNERS[(gl_VertexID >> 1) & 3];
    gl_Position = clip_of_window(v_center_px + corner * (is_inner ? inner : outer), 0.0);
}
