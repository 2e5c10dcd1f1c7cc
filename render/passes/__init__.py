"""One primitive each: program, buffers, draw. A pass knows layouts, never `ingest`, never another pass."""
