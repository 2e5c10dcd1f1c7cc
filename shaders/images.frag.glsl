#include "view.glsl"
#include "color.glsl"

uniform sampler2D u_image;   // of masks, the bytes as they are; of others sRGB: sampling gives linear light
uniform vec4 u_rect;
uniform float u_units_per_px;
uniform vec2 u_origin_px;    // where the scene's (0, 0) lies in the picture
uniform float u_opacity;
out vec4 f_color;

vec4 nearest(vec2 texel) {
    return texelFetch(u_image, ivec2(clamp(texel, vec2(0.0), u_rect.zw - 0.5)), 0);
}

#ifdef AVERAGED
// The mean light of what a pixel covers, as kernels find it (render/kernels/mixing.py): the texture's own filter would
// miss texels, and mix the colours of transparent ones in.
vec4 average(vec2 center, float texels_per_px) {
    ivec2 size = textureSize(u_image, 0);
    vec2 low = clamp(center - 0.5 * texels_per_px, vec2(0.0), vec2(size));
    vec2 high = clamp(center + 0.5 * texels_per_px, vec2(0.0), vec2(size));
    ivec2 first = ivec2(floor(low)), last = min(ivec2(ceil(high)), size);
    vec4 sum = vec4(0.0); // premultiplied
    for (int y = first.y; y < last.y; ++y) {
        for (int x = first.x; x < last.x; ++x) {
            vec2 share = min(high, vec2(x + 1, y + 1)) - max(low, vec2(x, y));
            vec4 color = texelFetch(u_image, ivec2(x, y), 0);
            sum += vec4(color.rgb * color.a, color.a) * share.x * share.y;
        }
    }
    vec2 covered = high - low;
    return sum.a > 0.0 ? vec4(sum.rgb / sum.a, sum.a / (covered.x * covered.y)) : vec4(0.0);
}
#endif

// Each way of sampling is a program of its own: a processor that draws would go all of them for every pixel.
void main() {
    vec2 texel = (gl_FragCoord.xy - u_origin_px) * u_units_per_px - u_rect.xy;
#if defined(BYTES)
    f_color = nearest(texel); // replaces what is there, byte for byte
#elif defined(AVERAGED)
    vec4 color = average(texel, u_units_per_px);
    f_color = vec4(color.rgb, color.a * u_opacity);
#elif defined(FILTERED)
    vec4 color = texture(u_image, texel / u_rect.zw);
    f_color = vec4(color.rgb, color.a * u_opacity);
#elif defined(MASK)
    vec4 color = linear_of_bytes(nearest(texel));
    f_color = vec4(color.rgb, color.a * u_opacity);
#else
    vec4 color = nearest(texel);
    f_color = vec4(color.rgb, color.a * u_opacity);
#endif
}
