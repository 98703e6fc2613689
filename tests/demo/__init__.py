"""The main job as a story: what `make demo` shows and what the tests hold."""
