#include "coverage.glsl"
#include "phase.glsl"

in vec2 v_at_px;
in float v_radius_px;
flat in float v_length_px;
flat in vec4 v_color;
out vec4 f_color;

// A line by itself, with round ends.
void main() {
    float past = max(max(-v_at_px.x, v_at_px.x - v_length_px), 0.0);
    float covered = in_phase(stroke_coverage(length(vec2(past, v_at_px.y)), v_radius_px));
    if (covered <= 0.0) discard;
    f_color = vec4(v_color.rgb, v_color.a * covered);
}
