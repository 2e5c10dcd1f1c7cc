uniform sampler2D u_image;  // sRGB: sampling gives linear light
uniform sampler2D u_depths; // scene units; infinite where there is nothing
uniform vec4 u_viewport_px;
uniform mat4 u_clip_from_view;

out vec4 f_color;

// A texel for each pixel of the viewport.
void main() {
    ivec2 at = ivec2(gl_FragCoord.xy - u_viewport_px.xy);
    float z = texelFetch(u_depths, at, 0).r;
    if (isinf(z)) discard;
    float clip_z = u_clip_from_view[2][2] * z + u_clip_from_view[3][2];
    gl_FragDepth = clamp(clip_z / z * 0.5 + 0.5, 0.0, 1.0);
    f_color = vec4(texelFetch(u_image, at, 0).rgb, 1.0);
}
