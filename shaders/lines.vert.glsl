#inputs
#include "view.glsl"
#include "color.glsl"

out vec2 v_at_px;          // along the line from its start, and across
out float v_radius_px;
flat out float v_length_px;
flat out vec4 v_color;

void main() {
#ifdef POSED
    begin_row();
#endif
    v_color = linear_color(a_color);
#ifdef POSED
    vec3 a = in_view(a_start), b = in_view(a_end);
    if (max(a.z, b.z) < u_near) {
        gl_Position = NOWHERE;
        return;
    }
    cut_at_near(a, b);
    Seen start = see_view(a, 0.0), end = see_view(b, 0.0);
    vec2 radius = vec2(radius_px(a_radius, start), radius_px(a_radius, end));
    vec2 depth = vec2(depth_of_line(a, radius.x), depth_of_line(b, radius.y));
#else
    Seen start = see(a_start), end = see(a_end);
    vec2 radius = vec2(radius_px(a_radius, start), radius_px(a_radius, end)), depth = vec2(0.0);
#endif
    vec2 along = end.px - start.px;
    v_length_px = length(along);
    vec2 direction = v_length_px > 0.0 ? along / v_length_px : vec2(1.0, 0.0);
    bool at_start = gl_VertexID < 2;
    float side = float(gl_VertexID & 1) * 2.0 - 1.0;
    v_radius_px = at_start ? radius.x : radius.y;
    float reach = max(v_radius_px, 0.5) + REACH_PX;
    v_at_px = vec2(at_start ? -reach : v_length_px + reach, side * reach);
    vec2 px = start.px + direction * v_at_px.x + vec2(-direction.y, direction.x) * v_at_px.y;
    gl_Position = clip_of_window(px, at_start ? depth.x : depth.y);
}
