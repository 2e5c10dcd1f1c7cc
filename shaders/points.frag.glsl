#include "coverage.glsl"
#include "phase.glsl"

flat in vec2 v_center_px;
flat in float v_radius_px;
flat in float v_shading;
flat in vec4 v_color;
out vec4 f_color;

void main() {
    float d = distance(gl_FragCoord.xy, v_center_px);
    float covered = in_phase(disc_coverage(d, v_radius_px));
    if (covered <= 0.0) discard;
    float shade = v_shading > 0.0 ? max(0.4, sqrt(max(1.2 - d / max(v_radius_px, 0.5), 0.0))) : 1.0;
    f_color = vec4(v_color.rgb * min(shade, 1.0), v_color.a * covered);
}
