// Premultiplied linear light to straight alpha; the target encodes it as sRGB.
uniform sampler2D u_image;
out vec4 f_color;

void main() {
    vec4 color = texelFetch(u_image, ivec2(gl_FragCoord.xy), 0);
    f_color = color.a > 0.0 ? vec4(color.rgb / color.a, color.a) : vec4(0.0);
}
