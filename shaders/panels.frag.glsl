uniform sampler2D u_image;
in vec2 v_texel;
in vec4 v_color;
out vec4 f_color;

void main() {
    f_color = v_color * texture(u_image, v_texel);
}
