#inputs
#include "view.glsl"
#include "color.glsl"

flat out vec2 v_start_px;
flat out vec2 v_end_px;
flat out vec2 v_before_px;
flat out vec2 v_after_px;
flat out float v_closing;
flat out vec2 v_radius_px; // at the start, at the end
flat out vec4 v_color;

void main() {
#ifdef POSED
    begin_row();
#endif
    v_closing = a_closing;
    v_color = linear_color(a_color);
#ifdef POSED
    // What is behind the eye is cut off; what a strip comes from or goes on to does not matter there.
    vec3 a = in_view(a_start), b = in_view(a_end), before = in_view(a_before), after = in_view(a_after);
    if (max(a.z, b.z) < u_near) {
        gl_Position = NOWHERE;
        return;
    }
    bool begins = before.z < u_near || a.z < u_near || a_before == a_start;
    bool ends = after.z < u_near || b.z < u_near || a_after == a_end;
    cut_at_near(a, b);
    Seen start = see_view(a, 0.0), end = see_view(b, 0.0);
    v_radius_px = vec2(radius_px(a_radius, start), radius_px(a_radius, end));
    float start_depth = depth_of_line(a, v_radius_px.x), end_depth = depth_of_line(b, v_radius_px.y);
    v_before_px = begins ? start.px : see_view(before, 0.0).px;
    v_after_px = ends ? end.px : see_view(after, 0.0).px;
#else
    Seen start = see(a_start), end = see(a_end);
    v_radius_px = vec2(radius_px(a_radius, start), radius_px(a_radius, end));
    v_before_px = see(a_before).px;
    v_after_px = see(a_after).px;
    float start_depth = 0.0, end_depth = 0.0;
#endif
    v_start_px = start.px;
    v_end_px = end.px;
    vec2 along = v_end_px - v_start_px;
    float length_px = length(along);
    vec2 direction = length_px > 0.0 ? along / length_px : vec2(1.0, 0.0);
    vec2 across = vec2(-direction.y, direction.x);
    vec2 corner = vec2(gl_VertexID >> 1, gl_VertexID & 1) * 2.0 - 1.0;
    bool at_start = corner.x < 0.0;
    float reach = max(at_start ? v_radius_px.x : v_radius_px.y, 0.5) + REACH_PX;
    vec2 from = at_start ? v_start_px : v_end_px;
    gl_Position = clip_of_window(
        from + (direction * corner.x + across * corner.y) * reach, at_start ? start_depth : end_depth);
}
