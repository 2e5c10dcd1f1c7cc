"""What was logged: paths, times, annotations, archetypes, recordings and the files they come from.

Never imports `render`, moderngl or glfw.
"""
