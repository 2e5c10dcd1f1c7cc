// Where things are. Scene units become pixels of the picture; y is down in both. What stands in the plane is placed by
// one matrix; what stands in space (POSED) by the pose that its row names, and then by the eye's camera.
uniform vec4 u_viewport_px;   // x, y, width, height
uniform float u_px_per_unit;  // of the scene; in space, at a depth of 1
uniform float u_px_per_point; // of the user interface

// A point as it is seen. px_per_unit : of a scene unit there; 0 where it is not in front of the eye.
struct Seen {
    vec2 px;
    float depth; // in GL's normalised coordinates
    float px_per_unit;
};

#ifdef DOTS
const float MARGIN_PX = DOT_MARGIN_PX; // the viewport is so much wider on each side
#else
const float MARGIN_PX = 0.0;
#endif

vec4 clip_of_window(vec2 px, float depth) {
    return vec4((px - u_viewport_px.xy + MARGIN_PX) / (u_viewport_px.zw + 2.0 * MARGIN_PX) * 2.0 - 1.0, depth, 1.0);
}

const vec4 NOWHERE = vec4(2.0, 2.0, 2.0, 1.0); // clipped away

#ifdef POSED
uniform sampler2D u_poses; // POSE_TEXELS for each pose: three rows of view from scene, then (scale, shading, raises points, lift in px)
uniform int u_first_pose;
uniform mat4 u_clip_from_view;
uniform float u_near;

vec4 pose[POSE_TEXELS]; // that of this row

vec4 pose_texel(int texel) {
    int at = u_first_pose + int(a_pose);
    return texelFetch(u_poses, ivec2((at % POSES_PER_ROW) * POSE_TEXELS + texel, at / POSES_PER_ROW), 0);
}

// Reads the row's pose; before all else.
void begin_row() {
    for (int texel = 0; texel < POSE_TEXELS; ++texel) pose[texel] = pose_texel(texel);
}

vec3 in_view(vec3 position) {
    vec4 at = vec4(position, 1.0);
    return vec3(dot(pose[0], at), dot(pose[1], at), dot(pose[2], at));
}

// Cuts off what of a line is nearer than the near plane; one of its ends is not.
void cut_at_near(inout vec3 a, inout vec3 b) {
    if (a.z < u_near) a = mix(b, a, (b.z - u_near) / (b.z - a.z));
    if (b.z < u_near) b = mix(a, b, (a.z - u_near) / (a.z - b.z));
    a.z = max(a.z, u_near);
    b.z = max(b.z, u_near);
}

// What is `raised` px in front of where it stands wins over what it lies on.
Seen see_view(vec3 view, float raised_px) {
    if (view.z < CLOSEST * u_near) return Seen(vec2(0.0), 2.0, 0.0);
    vec4 clip = u_clip_from_view * vec4(view, 1.0);
    vec4 lifted = u_clip_from_view * vec4(view * (1.0 - min(raised_px / u_px_per_unit, 0.5)), 1.0);
    vec2 px = u_viewport_px.xy + (clip.xy / clip.w * 0.5 + 0.5) * u_viewport_px.zw;
    return Seen(px, clamp(lifted.z / lifted.w, -1.0, 1.0), u_px_per_unit / view.z);
}

Seen see(vec3 position) {
    return see_view(in_view(position), 0.0);
}

// Keypoints stand out of the lines that end at them, as balls of their radius would.
float depth_of_point(vec3 position, float point_radius_px) {
    vec4 own = pose[3];
    return see_view(in_view(position), own.z * (1.5 * point_radius_px + 3.0) + own.w).depth;
}

// Lines stand out of the surfaces whose edges they are.
float depth_of_line(vec3 view, float line_radius_px) {
    float lift_px = pose[3].w;
    return see_view(view, lift_px > 0.0 ? lift_px : line_radius_px + 1.0).depth;
}

float radius_px(float radius, Seen seen) {
    return radius > 0.0 ? radius * pose[3].x * seen.px_per_unit : -radius * u_px_per_point;
}
#else
uniform mat4 u_clip_from_scene;

Seen see(vec3 position) {
    vec4 clip = u_clip_from_scene * vec4(position, 1.0);
    return Seen(u_viewport_px.xy + (clip.xy / clip.w * 0.5 + 0.5) * u_viewport_px.zw, 0.0, u_px_per_unit);
}

// Radii above 0 are scene units, below 0 UI points.
float radius_px(float radius, Seen seen) {
    return radius > 0.0 ? radius * seen.px_per_unit : -radius * u_px_per_point;
}
#endif
