#include "coverage.glsl"

flat in vec2 v_center_px;
flat in vec2 v_half_px;
flat in float v_radius_px;
flat in vec4 v_color;
out vec4 f_color;

// The exact share of the pixel between two rectangles: the outline's outer and inner edge.
float box_coverage(vec2 at, vec2 half_px) {
    return overlap(at.x, half_px.x) * overlap(at.y, half_px.y);
}

void main() {
    vec2 at = gl_FragCoord.xy - v_center_px;
    vec2 inner = v_half_px - v_radius_px;
    float hole = min(inner.x, inner.y) > 0.0 ? box_coverage(at, inner) : 0.0;
    float covered = box_coverage(at, v_half_px + v_radius_px) - hole;
    if (covered <= 0.0) discard;
    f_color = vec4(v_color.rgb, v_color.a * covered);
}
