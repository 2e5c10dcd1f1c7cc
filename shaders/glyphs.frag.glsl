uniform sampler2D u_image; // the atlas: how much of each pixel is covered

flat in vec2 v_size_px;
flat in vec2 v_texel;
flat in vec4 v_color;
in vec2 v_at_px;
out vec4 f_color;

// A glyph, texel by pixel, or a plate with round corners. Nothing is filtered: all of it lies on whole pixels.
void main() {
    float covered;
    vec2 pixel = floor(v_at_px);
    if (v_texel.x >= 0.0) {
        covered = texelFetch(u_image, ivec2(v_texel + pixel), 0).r;
    } else {
        float radius = v_texel.y;
        vec2 past = max(max(radius - pixel - 0.5, pixel + 0.5 - (v_size_px - radius)), 0.0);
        covered = past.x * past.y == 0.0 ? 1.0 : clamp(radius - length(past) + 0.5, 0.0, 1.0);
    }
    if (covered <= 0.0) discard;
    f_color = vec4(v_color.rgb, v_color.a * covered);
}
