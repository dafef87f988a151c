"""Whether two tables are the same to the bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from network.model import Table


def assert_same_table(left: Table, right: Table) -> None:
    """Assert that two tables agree to the bit, in the types of their values, and that neither can be changed."""
    assert (left.header, list(left.columns)) == (right.header, list(right.columns))
    for table in (left, right):
        assert not table.lines.flags.writeable
        assert not any(values.flags.writeable for values in table.columns.values())
    assert left.lines.dtype == right.lines.dtype
    assert left.lines.tolist() == right.lines.tolist()
    for column, values in left.columns.items():
        other = right.columns[column]
        assert values.dtype == other.dtype
        if values.dtype == object:
            assert values.tolist() == other.tolist()
            assert {type(text) for text in other} <= {str}
        else:
            assert values.tobytes() == other.tobytes()
