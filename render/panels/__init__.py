"""The panels of a window: what Dear ImGui draws over the picture. Each file is one panel."""
