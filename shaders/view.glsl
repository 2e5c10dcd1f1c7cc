// Where things are. Scene units become pixels of the picture; y is down in both (see Camera2D.clip_from_scene).
uniform mat4 u_clip_from_scene;
uniform vec4 u_viewport_px;   // x, y, width, height
uniform float u_px_per_unit;  // of the scene
uniform float u_px_per_point; // of the user interface

vec2 window_px(vec3 position) {
    vec4 clip = u_clip_from_scene * vec4(position, 1.0);
    return u_viewport_px.xy + (clip.xy / clip.w * 0.5 + 0.5) * u_viewport_px.zw;
}

// Radii above 0 are scene units, below 0 UI points.
float radius_px(float radius) {
    return radius > 0.0 ? radius * u_px_per_unit : -radius * u_px_per_point;
}

vec4 clip_of_window(vec2 px) {
    return vec4((px - u_viewport_px.xy) / u_viewport_px.zw * 2.0 - 1.0, 0.0, 1.0);
}
