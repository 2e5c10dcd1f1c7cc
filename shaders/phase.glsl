// In space, what hides things behind it is drawn first: the solid part of each shape, which leaves its depth behind. Its
// soft rim comes after all that is solid, so that whatever shows through is there already.
uniform int u_phase;

float in_phase(float covered) {
    if (u_phase == PHASE_WHOLE) return covered;
    if (u_phase == PHASE_HARD) return covered >= 0.5 ? 1.0 : 0.0;
    if (u_phase == PHASE_SOLID) return covered >= 0.75 ? 1.0 : 0.0;
    if (u_phase == PHASE_STROKE) return covered >= 0.5 ? covered : 0.0;
    if (u_phase == PHASE_STROKE_RIM) return covered < 0.5 ? covered : 0.0;
    return covered < 0.75 ? covered / 0.75 : 0.0; // PHASE_RIM
}
