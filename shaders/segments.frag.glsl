#include "coverage.glsl"
#include "phase.glsl"

flat in vec2 v_start_px;
flat in vec2 v_end_px;
flat in vec2 v_before_px;
flat in vec2 v_after_px;
flat in float v_closing;
flat in vec2 v_radius_px;
flat in vec4 v_color;
out vec4 f_color;

// At and past an end the distance is to that very point, so that two segments that share it agree to the last bit.
float segment_distance(vec2 p, vec2 a, vec2 b) {
    vec2 along = b - a;
    float t = dot(p - a, along);
    float whole = dot(along, along);
    if (t <= 0.0) return distance(p, a);
    if (t >= whole) return distance(p, b);
    return distance(p, a + along * (t / whole));
}

float radius_at(vec2 p) {
    if (v_radius_px.x == v_radius_px.y) return v_radius_px.x;
    vec2 along = v_end_px - v_start_px;
    return mix(v_radius_px.x, v_radius_px.y, clamp(dot(p - v_start_px, along) / dot(along, along), 0.0, 1.0));
}

// Each pixel of a strip is drawn by the segment nearest to it, the earlier one where two are as near: joins are round,
// and translucent lines do not darken where they bend. Of a closed strip the first segment is the earliest.
void main() {
    vec2 p = gl_FragCoord.xy;
    float d = segment_distance(p, v_start_px, v_end_px);
    float covered = in_phase(stroke_coverage(d, radius_at(p)));
    if (covered <= 0.0) discard;
    if (v_before_px != v_start_px) {
        float before = segment_distance(p, v_before_px, v_start_px);
        if (v_closing < 0.0 ? before < d : before <= d) discard;
    }
    if (v_after_px != v_end_px) {
        float after = segment_distance(p, v_end_px, v_after_px);
        if (v_closing > 0.0 ? after <= d : after < d) discard;
    }
    f_color = vec4(v_color.rgb, v_color.a * covered);
}
