#inputs
#include "view.glsl"
#include "color.glsl"

flat out vec2 v_center_px;
flat out float v_radius_px;
flat out float v_shading;
flat out vec4 v_color;

void main() {
#ifdef POSED
    begin_row();
#endif
    Seen seen = see(a_position);
    v_center_px = seen.px;
    v_radius_px = radius_px(a_radius, seen);
    v_color = linear_color(a_color);
    float reach = max(v_radius_px, 0.5) + REACH_PX;
#ifdef POSED
    v_radius_px = max(v_radius_px, LEAST_POINT_PX);
    v_shading = pose[3].y;
    float depth = depth_of_point(a_position, v_radius_px);
#else
    v_shading = 0.0;
    float depth = 0.0;
#endif
#ifdef DOTS
    gl_PointSize = 2.0 * reach;
    vec2 at = v_center_px;
#else
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
    vec2 least = u_viewport_px.xy - 1.0, most = u_viewport_px.xy + u_viewport_px.zw + 1.0;
    vec2 at = clamp(v_center_px + corner * reach, least, most); // however large it is
#endif
    gl_Position = seen.px_per_unit > 0.0 ? clip_of_window(at, depth) : NOWHERE;
}
