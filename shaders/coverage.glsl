// How much of a pixel a shape covers. A pixel is a box of 1 x 1, its centre at gl_FragCoord.

// Of the pixel's extent along one axis, centred `at`, how much lies in [-half_extent, half_extent].
float overlap(float at, float half_extent) {
    return clamp(min(at + 0.5, half_extent) - max(at - 0.5, -half_extent), 0.0, 1.0);
}

// A disc, or a line's half width, of radius r at distance d from its centre; thinner than a pixel it fades.
float disc_coverage(float d, float r) {
    float drawn = max(r, 0.5);
    return clamp(drawn - d + 0.5, 0.0, 1.0) * min(1.0, r * r / (drawn * drawn));
}

float stroke_coverage(float d, float r) {
    float drawn = max(r, 0.5);
    return clamp(drawn - d + 0.5, 0.0, 1.0) * min(1.0, r / drawn);
}
