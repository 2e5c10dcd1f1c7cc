"""Videos: which frame is shown when, and how it is decoded. PyAV is imported when the first one is read."""
