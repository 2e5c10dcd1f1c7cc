#inputs
#include "view.glsl"
#include "color.glsl"

flat out vec2 v_start_px;
flat out vec2 v_end_px;
flat out vec2 v_before_px;
flat out vec2 v_after_px;
flat out float v_closing;
flat out float v_radius_px;
flat out vec4 v_color;

void main() {
    v_start_px = window_px(a_start);
    v_end_px = window_px(a_end);
    v_before_px = window_px(a_before);
    v_after_px = window_px(a_after);
    v_closing = a_closing;
    v_radius_px = radius_px(a_radius);
    v_color = linear_color(a_color);
    vec2 along = v_end_px - v_start_px;
    float length_px = length(along);
    vec2 direction = length_px > 0.0 ? along / length_px : vec2(1.0, 0.0);
    vec2 across = vec2(-direction.y, direction.x);
    float reach = max(v_radius_px, 0.5) + 1.0;
    vec2 corner = vec2(gl_VertexID >> 1, gl_VertexID & 1) * 2.0 - 1.0;
    vec2 end = corner.x < 0.0 ? v_start_px : v_end_px;
    gl_Position = clip_of_window(end + (direction * corner.x + across * corner.y) * reach);
}
