#inputs
#include "view.glsl"
#include "color.glsl"

flat out vec2 v_size_px;
flat out vec2 v_texel;
flat out vec4 v_color;
out vec2 v_at_px; // from the corner

void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    v_at_px = corner * a_size;
    v_size_px = a_size;
    v_texel = a_texel;
    v_color = linear_color(a_color);
    gl_Position = clip_of_window(u_viewport_px.xy + a_corner + v_at_px, 0.0);
}
