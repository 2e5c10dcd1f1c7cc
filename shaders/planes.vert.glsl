uniform mat4 u_clip_from_image;
uniform vec4 u_rect; // x, y, width, height, pixels of the image

out vec2 v_texel;

void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    v_texel = corner * u_rect.zw;
    gl_Position = u_clip_from_image * vec4(u_rect.xy + v_texel, 0.0, 1.0);
}
