"""Pictures become bytes of a file format, or frames of a video."""
