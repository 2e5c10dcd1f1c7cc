"""OpenGL: context, programs, buffers, targets. With the passes, the only importers of moderngl."""
