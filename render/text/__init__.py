"""Words in the picture: fonts, the atlas of glyphs, and how texts are set."""
