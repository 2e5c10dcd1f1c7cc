#include "view.glsl"

uniform sampler2D u_image;   // sRGB: sampling gives linear light
uniform vec4 u_rect;
uniform vec2 u_origin_px;    // where the scene's (0, 0) lies in the picture
uniform float u_opacity;
uniform int u_mode;
out vec4 f_color;

void main() {
    vec2 texel = (gl_FragCoord.xy - u_origin_px) / u_px_per_unit - u_rect.xy;
    vec4 color;
    if (u_mode == MODE_NEAREST) {
        ivec2 last = textureSize(u_image, 0) - 1;
        color = texelFetch(u_image, clamp(ivec2(floor(texel)), ivec2(0), last), 0);
    } else {
        color = texture(u_image, texel / u_rect.zw);
    }
    f_color = vec4(color.rgb, color.a * u_opacity);
}
