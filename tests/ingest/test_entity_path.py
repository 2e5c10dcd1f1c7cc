"""Entity paths: parsing forgives, and the text form leads back to the same path."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blazon.ingest.entity_path import ROOT, EntityPath, nearest_common_ancestor
from blazon.ingest.errors import DtypeError

paths = st.lists(st.text(min_size=1, max_size=6), max_size=4).map(lambda parts: EntityPath(tuple(parts)))


@pytest.mark.parametrize(
    ("text", "parts", "shown"),
    [
        ("", (), "/"),
        ("/", (), "/"),
        ("//", (), "/"),
        ("/foo///bar//", ("foo", "bar"), "/foo/bar"),
        ("foo/bar:baz", ("foo", "bar:baz"), r"/foo/bar\:baz"),
        ("foo/Hallå Där!", ("foo", "Hallå Där!"), r"/foo/Hallå\ Där\!"),
        (r"a\/b/c", ("a/b", "c"), r"/a\/b/c"),
        (r"a\\/b", ("a\\", "b"), r"/a\\/b"),
        (r"line\nbreak\t\r", ("line\nbreak\t\r",), r"/line\nbreak\t\r"),
        (r"\u{262E}\u{1F600}", ("☮😀",), r"/\u{262E}\u{1F600}"),
        (r"\u{D800}", (r"\u{D800}",), r"/\\u\{D800\}"),
        ("trailing\\", ("trailing\\",), r"/trailing\\"),
        (r"C:\Users", ("C:Users",), r"/C\:Users"),
    ],
)
def test_parse_and_show(text: str, parts: tuple[str, ...], shown: str) -> None:
    path = EntityPath.parse(text)
    assert path.parts == parts
    assert str(path) == shown


@given(paths)
def test_the_text_leads_back(path: EntityPath) -> None:
    if not any("\ud800" <= char <= "\udfff" for part in path.parts for char in part):
        assert EntityPath.parse(str(path)) == path


@given(paths, paths)
def test_ancestors(path: EntityPath, other: EntityPath) -> None:
    chain = list(path.ancestors())
    assert chain[0] == path
    assert chain[-1] == ROOT
    assert [each.parent for each in chain] == [*chain[1:], None]
    assert path.is_within(other) == (other in chain)


@given(st.lists(paths, min_size=1, max_size=5))
def test_nearest_common_ancestor(some: list[EntityPath]) -> None:
    common = set.intersection(*(set(path.ancestors()) for path in some))
    assert nearest_common_ancestor(some) == max(common, key=lambda path: len(path.parts))


def test_reserved_paths() -> None:
    assert EntityPath.parse("__properties/x").is_reserved
    assert not EntityPath.parse("a/__b").is_reserved
    assert not ROOT.is_reserved


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(DtypeError, match="pass a str"):
        EntityPath.parse(3)  # type: ignore[arg-type]
