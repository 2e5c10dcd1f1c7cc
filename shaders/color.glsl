// sRGB to linear light by table: exact, where pow() is not. Targets encode again as they are written.
uniform sampler2D u_linear_of_srgb; // 256 x 1

float linear_of_srgb(uint encoded) {
    return texelFetch(u_linear_of_srgb, ivec2(int(encoded & 255u), 0), 0).r;
}

// word : R, G, B, A, from the lowest byte to the highest.
vec4 linear_color(uint word) {
    vec3 rgb = vec3(linear_of_srgb(word), linear_of_srgb(word >> 8u), linear_of_srgb(word >> 16u));
    return vec4(rgb, float(word >> 24u) / 255.0);
}

// encoded : sRGB, as a texture of bytes gives it.
vec4 linear_of_bytes(vec4 encoded) {
    uvec3 bytes = uvec3(encoded.rgb * 255.0 + 0.5);
    return vec4(linear_of_srgb(bytes.r), linear_of_srgb(bytes.g), linear_of_srgb(bytes.b), encoded.a);
}
