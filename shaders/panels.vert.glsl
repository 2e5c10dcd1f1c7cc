// Corners of panels, in UI points with y down, to clip space. Colours are bytes of sRGB, and stay so.
#inputs
uniform vec2 u_size;
out vec2 v_texel;
out vec4 v_color;

void main() {
    v_texel = a_texel;
    v_color = vec4((uvec4(a_color) >> uvec4(0u, 8u, 16u, 24u)) & 255u) / 255.0;
    gl_Position = vec4(a_position.x / u_size.x * 2.0 - 1.0, 1.0 - a_position.y / u_size.y * 2.0, 0.0, 1.0);
}
