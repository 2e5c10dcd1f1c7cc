flat in vec4 v_color;
flat in vec3 v_normal;
flat in float v_lit;
in vec3 v_view;
out vec4 f_color;

// The light is where the eye is: a face that is looked at straight has its colour, one at a grazing angle 0.6 of it.
void main() {
    float facing = abs(dot(normalize(v_normal), normalize(v_view)));
    f_color = vec4(v_color.rgb * (v_lit > 0.0 ? mix(LIGHT_LEAST, 1.0, facing) : 1.0), v_color.a);
}
