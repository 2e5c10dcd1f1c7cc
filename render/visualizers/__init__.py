"""One archetype each: its rows at a time, with styles, become layout arrays.

An archetype that is flat becomes a picture, `(Query) -> Built`, or rows of many entities, `(Query) -> Parts`; one that
stands in space `(Query) -> BuiltSpace`. `registry.py` lists them all.
"""
