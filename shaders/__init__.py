"""GLSL: one small file for each job. `*.vert.glsl` and `*.frag.glsl` make a program; the others are included."""
