"""One archetype each: its rows at a time, with styles, become layout arrays.

A visualizer is a function `(Query) -> Built`; `registry.VISUALIZERS` lists them all.
"""
