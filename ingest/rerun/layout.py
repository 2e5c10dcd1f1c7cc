"""The layout of a record batch: which column is the row id, which are timelines, which are components.

Source: rerun's `re_sorbet`, as in WIRE.md; Arrow's `Message.fbs` for what its flattened columns are.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from blazon.ingest.archetypes.schema import COMPONENTS, Kind
from blazon.ingest.errors import SourceError
from blazon.ingest.rerun.bare import BareColumn, bare_form
from blazon.ingest.rerun.cells import FORMS, SMALL_IDS, Form, form_of, is_list
from blazon.ingest.timeline import TimeKind, Timeline

_ANY_INTEGER = "instance_ids"  # a program's own numbers; all other ids are the protocol's


@dataclass(frozen=True, slots=True)
class Places:
    """Where the message of a record batch speaks of its columns: the numbers of Arrow's nodes and buffers.

    nodes, buffers : all of them, two numbers each. A column is (node, buffer of its values), a component its node.
    bare : how the components are read without Arrow; None where one can't be. heads : what `heads.py` knows of some.
    """

    nodes: struct.Struct
    buffers: struct.Struct
    row_id: tuple[int, int]
    timelines: tuple[tuple[Timeline, int, int], ...]
    components: tuple[tuple[str, int], ...]
    bare: tuple[BareColumn, ...] | None
    heads: dict[Any, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a record batch, by their index. places : None where only a look at the cells can tell all."""

    row_id: int
    timelines: tuple[tuple[Timeline, int], ...]
    known: tuple[tuple[str, int, Form], ...]  # components that blazon draws
    limited: frozenset[int]  # those whose ids may turn out not to be within 0 to 2^32−1
    others: tuple[tuple[str, int], ...]
    notices: tuple[str, ...]  # what was left out
    places: Places | None = None


def timeline_of(name: str, type_: Any) -> Timeline:
    """Return the timeline that a column of Arrow type `type_` holds. Raises `SourceError` for other types."""
    kinds = {
        pa.int64(): TimeKind.SEQUENCE,
        pa.timestamp("ns"): TimeKind.TIMESTAMP,
        pa.duration("ns"): TimeKind.DURATION,
    }
    if type_ not in kinds:
        raise SourceError(f"timeline {name!r} has type {type_}; expected int64, timestamp[ns] or duration[ns]")
    return Timeline(name, kinds[type_])


def layout_of(schema: Any) -> Layout:
    """Return the layout of a record batch of an Arrow schema. Raises `SourceError` where it isn't a chunk's."""
    row_id: int | None = None
    timelines, known, others, notices = [], [], [], []
    for index, column in enumerate(schema):
        about = {key.decode(): value.decode() for key, value in (column.metadata or {}).items()}
        role = about.get("rerun:kind", "data")
        if role == "control":
            row_id = _row_id(column, index)
        elif role == "index":
            timelines.append((timeline_of(about.get("rerun:index_name", column.name), column.type), index))
        else:
            name = about.get("rerun:component", column.name)
            kind = COMPONENTS.get(name)
            form = form_of(kind, column.type) if kind else None
            if kind is None:
                others.append((name, index))
            elif form is None:
                notices.append(f"component {name} has type {column.type}; expected {kind.value}: it was left out")
            else:
                known.append((name, index, form))
    if row_id is None:
        raise SourceError("a chunk has no column of row ids; expected rerun.controls.RowId")
    limited = frozenset(
        index
        for name, index, form in known
        if form is FORMS[Kind.IDS] and name != _ANY_INTEGER and schema.types[index].value_type not in SMALL_IDS
    )
    layout = Layout(row_id, tuple(timelines), tuple(known), limited, tuple(others), tuple(notices))
    return layout if limited or notices else replace(layout, places=_places(schema, layout))


def _row_id(field: Any, index: int) -> int:
    if not pa.types.is_fixed_size_binary(field.type) or field.type.byte_width != 16:
        raise SourceError(f"column {field.name} has type {field.type}; expected fixed_size_binary[16]")
    return index


def _places(schema: Any, layout: Layout) -> Places | None:
    """Where the columns of a layout are; None where a type is among them whose buffers are not counted here."""
    sizes = [_size(type_) for type_ in schema.types]
    known = [each for each in sizes if each is not None]
    components = [*(each[:2] for each in layout.known), *layout.others]
    names, lines = {name for name, _ in components}, {line for line, _ in layout.timelines}
    if len(known) < len(sizes) or len(names) < len(components) or len(lines) < len(layout.timelines):
        return None
    nodes = list(itertools.accumulate((each[0] for each in known), initial=0))
    buffers = list(itertools.accumulate((each[1] for each in known), initial=0))

    def place(index: int) -> tuple[int, int]:
        return nodes[index], buffers[index] + 1  # the first one says which are null

    return Places(
        struct.Struct(f"<{2 * nodes[-1]}q"),
        struct.Struct(f"<{2 * buffers[-1]}q"),
        place(layout.row_id),
        tuple((line, *place(index)) for line, index in layout.timelines),
        tuple((name, nodes[index]) for name, index in components),
        None if layout.others else _bare(schema, layout, nodes, buffers),
    )


def _bare(schema: Any, layout: Layout, nodes: Sequence[int], buffers: Sequence[int]) -> tuple[BareColumn, ...] | None:
    found = []
    for name, index, _ in layout.known:
        form = bare_form(COMPONENTS[name], schema.types[index])
        if form is None:
            return None
        found.append(BareColumn(name, nodes[index], buffers[index], form))
    return tuple(found)


def _size(type_: Any) -> tuple[int, int] | None:
    """How many nodes and buffers a column of an Arrow type has in a message; None for types of other sorts."""
    if isinstance(type_, pa.BaseExtensionType):
        return _size(type_.storage_type)
    is_variable = any(
        check(type_)
        for check in (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    )
    own = 3 if is_variable else 2
    if pa.types.is_null(type_):
        own = 0
    elif pa.types.is_fixed_size_list(type_) or pa.types.is_struct(type_):
        own = 1
    elif not (is_variable or is_list(type_) or pa.types.is_primitive(type_) or pa.types.is_fixed_size_binary(type_)):
        return None
    children = [_size(type_.field(i).type) for i in range(type_.num_fields)]
    counted = [each for each in children if each is not None]
    if len(counted) < len(children):
        return None
    return 1 + sum(each[0] for each in counted), own + sum(each[1] for each in counted)
