#inputs
#include "view.glsl"
#include "color.glsl"

flat out vec2 v_start_px;
flat out vec2 v_tip_px;
flat out vec2 v_radius_px; // at the start, at the tip
flat out float v_tipped;   // 1, or 0 where the tip is out of sight
flat out vec4 v_color;

void main() {
#ifdef POSED
    begin_row();
#endif
    v_color = linear_color(a_color);
#ifdef POSED
    vec3 a = in_view(a_start), b = in_view(a_tip);
    if (max(a.z, b.z) < u_near) {
        gl_Position = NOWHERE;
        return;
    }
    v_tipped = b.z < u_near ? 0.0 : 1.0; // of an arrow that goes past the eye the shaft is seen
    cut_at_near(a, b);
    Seen start = see_view(a, 0.0), tip = see_view(b, 0.0);
    v_radius_px = vec2(radius_px(a_radius, start), radius_px(a_radius, tip));
    float start_depth = depth_of_line(a, v_radius_px.x), tip_depth = depth_of_line(b, v_radius_px.y);
#else
    v_tipped = 1.0;
    Seen start = see(a_start), tip = see(a_tip);
    v_radius_px = vec2(radius_px(a_radius, start), radius_px(a_radius, tip));
    float start_depth = 0.0, tip_depth = 0.0;
#endif
    v_start_px = start.px;
    v_tip_px = tip.px;
    vec2 along = v_tip_px - v_start_px;
    float length_px = length(along);
    vec2 direction = length_px > 0.0 ? along / length_px : vec2(1.0, 0.0);
    vec2 across = vec2(-direction.y, direction.x);
    vec2 corner = vec2(gl_VertexID >> 1, gl_VertexID & 1) * 2.0 - 1.0;
    bool at_start = corner.x < 0.0;
    float wide = TIP_HALF_WIDTH * max(max(v_radius_px.x, v_radius_px.y), 0.5) + 1.0;
    float ahead = at_start ? max(v_radius_px.x, 0.5) + 1.0 : 1.0;
    vec2 from = at_start ? v_start_px : v_tip_px;
    gl_Position = clip_of_window(
        from + direction * corner.x * ahead + across * corner.y * wide, at_start ? start_depth : tip_depth);
}
