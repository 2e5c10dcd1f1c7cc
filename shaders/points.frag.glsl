#include "coverage.glsl"

flat in vec2 v_center_px;
flat in float v_radius_px;
flat in vec4 v_color;
out vec4 f_color;

void main() {
    float covered = disc_coverage(distance(gl_FragCoord.xy, v_center_px), v_radius_px);
    if (covered <= 0.0) discard;
    f_color = vec4(v_color.rgb, v_color.a * covered);
}
