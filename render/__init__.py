"""How what was logged becomes a picture."""
