#inputs
#include "view.glsl"
#include "color.glsl"

flat out vec2 v_center_px;
flat out float v_radius_px;
flat out vec4 v_color;

void main() {
    v_center_px = window_px(a_position);
    v_radius_px = radius_px(a_radius);
    v_color = linear_color(a_color);
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
    gl_Position = clip_of_window(v_center_px + corner * (max(v_radius_px, 0.5) + 1.0));
}
