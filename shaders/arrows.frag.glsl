#include "coverage.glsl"
#include "phase.glsl"

flat in vec2 v_start_px;
flat in vec2 v_tip_px;
flat in vec2 v_radius_px;
flat in float v_tipped;
flat in vec4 v_color;
out vec4 f_color;

// A shaft with a round beginning, and a triangle for a tip; short arrows have smaller tips.
void main() {
    vec2 along = v_tip_px - v_start_px;
    float length_px = length(along);
    vec2 direction = length_px > 0.0 ? along / length_px : vec2(1.0, 0.0);
    vec2 from_start = gl_FragCoord.xy - v_start_px;
    float x = dot(from_start, direction);
    float y = abs(dot(from_start, vec2(-direction.y, direction.x)));
    float r = max(v_radius_px.y, 0.5);
    if (v_tipped == 0.0) r = 1e-6;
    float shrunk = min(1.0, TIP_SHARE * length_px / (TIP_LENGTH * r));
    float tip_length = TIP_LENGTH * r * shrunk, tip_half_width = TIP_HALF_WIDTH * r * shrunk;
    float base = length_px - tip_length;
    float shaft = stroke_coverage(x < 0.0 ? length(vec2(x, y)) : y, mix(v_radius_px.x, v_radius_px.y, clamp(x / length_px, 0.0, 1.0)))
        * clamp(base - x + 0.5, 0.0, 1.0);
    // Distances to the triangle's base and to its slanted side, in pixels.
    float slant = tip_half_width / tip_length;
    float side = (slant * (length_px - x) - y) / sqrt(1.0 + slant * slant);
    float tip = clamp(side + 0.5, 0.0, 1.0) * clamp(x - base + 0.5, 0.0, 1.0);
    float covered = in_phase(length_px > 0.01 ? min(shaft + tip, 1.0) : stroke_coverage(length(from_start), v_radius_px.x));
    if (covered <= 0.0) discard;
    f_color = vec4(v_color.rgb, v_color.a * covered);
}
