#include "color.glsl"

uniform sampler2D u_image; // of masks, the bytes as they are; of others sRGB: sampling gives linear light
uniform vec4 u_rect;
uniform float u_opacity;
uniform int u_mode;

in vec2 v_texel;
out vec4 f_color;

// An image that hangs in space. Class ids are never mixed: a mask shows the texel at a pixel's centre.
void main() {
    vec4 color;
    if (u_mode == MODE_NEAREST) {
        ivec2 last = textureSize(u_image, 0) - 1;
        color = linear_of_bytes(texelFetch(u_image, clamp(ivec2(floor(v_texel)), ivec2(0), last), 0));
    } else {
        color = texture(u_image, v_texel / u_rect.zw);
    }
    if (color.a * u_opacity <= 0.0) discard;
    f_color = vec4(color.rgb, color.a * u_opacity);
}
