#inputs
#include "view.glsl"
#include "color.glsl"

flat out vec4 v_color;
flat out vec3 v_normal; // in view space, of any length
flat out float v_lit;
out vec3 v_view;

void main() {
    begin_row();
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
    v_view = in_view(a_center + corner.x * a_half_u + corner.y * a_half_v);
    v_color = linear_color(a_color);
    v_lit = a_lit;
    vec3 center = in_view(a_center);
    v_normal = cross(in_view(a_center + a_half_u) - center, in_view(a_center + a_half_v) - center);
    gl_Position = u_clip_from_view * vec4(v_view, 1.0);
}
