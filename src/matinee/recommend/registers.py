"""Sums of rows of a narrow matrix that stay in the processor's registers while the rows are read.

What a loop in numba sums up lies in memory, loaded and stored once for every few rows; here the `WIDTH` sums are one
vector of LLVM's, which becomes as many registers as the processor needs for it. So rows are all that is read.
"""

from __future__ import annotations

from collections.abc import Callable

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.base import BaseContext
from numba.core.typing.templates import Signature
from numba.extending import intrinsic

WIDTH = 32
"""Columns: 10,000 rows of so many take 1.3 MB, which the second-level cache holds."""

FLOAT, INDEX = ir.FloatType(), ir.IntType(64)
VECTOR = ir.VectorType(FLOAT, WIDTH)
FLOAT_BYTES = 4


def _declare(
    _typing: object, _matrix: object, _rows: object, _values: object, _first: object, _stop: object, _sums: object
) -> tuple[Signature, Callable[..., ir.Value]]:
    floats, whole = types.Array(types.float32, 1, "C"), types.int64
    matrix = types.Array(types.float32, 2, "C")
    return types.void(matrix, types.Array(types.int32, 1, "C"), floats, whole, whole, floats), _write


sum_rows: Callable[..., None] = intrinsic(_declare)
"""Set sums = sum of values[p] matrix[rows[p]] over first <= p < stop, in compiled code; nothing is checked.

Args, by position:
    matrix: float32 (n, WIDTH), rows side by side.
    rows: int32 of row numbers below n.
    values: float32, one for each of `rows`.
    first: int64, >= 0.
    stop: int64, at most the length of `rows`.
    sums: float32 (WIDTH,), written over.
"""


def _write(context: BaseContext, at: ir.IRBuilder, signature: Signature, arguments: list[ir.Value]) -> ir.Value:
    """Write the loop in LLVM's language: one block, entered if there is anything to add, left when all is added."""
    matrix, rows, values, sums = (_point(context, at, signature.args[i], arguments[i]) for i in (0, 1, 2, 5))
    first, stop = arguments[3:5]
    before, loop, after = at.block, at.append_basic_block("add"), at.append_basic_block("added")
    none = ir.Constant(VECTOR, [0.0] * WIDTH)
    at.cbranch(at.icmp_signed("<", first, stop), loop, after)

    at.position_at_end(loop)
    p, sum_before = at.phi(INDEX), at.phi(VECTOR)
    row = at.sext(at.load(at.gep(rows, [p])), INDEX)
    start = at.gep(matrix, [at.mul(row, ir.Constant(INDEX, WIDTH))])
    product = at.fmul(_load(at, start), _repeat(at, at.load(at.gep(values, [p]))), flags=("contract",))
    total, following = at.fadd(sum_before, product, flags=("contract",)), at.add(p, ir.Constant(INDEX, 1))
    at.cbranch(at.icmp_signed("<", following, stop), loop, after)
    for phi, entered, repeated in ((p, first, following), (sum_before, none, total)):
        phi.add_incoming(entered, before)
        phi.add_incoming(repeated, loop)

    at.position_at_end(after)
    result = at.phi(VECTOR)
    result.add_incoming(none, before)
    result.add_incoming(total, loop)
    at.store(result, at.bitcast(sums, VECTOR.as_pointer()), align=FLOAT_BYTES)
    return context.get_dummy_value()  # type: ignore[no-untyped-call]


def _point(context: BaseContext, at: ir.IRBuilder, kind: types.Array, array: ir.Value) -> ir.Value:
    """Point to where the numbers of an array begin."""
    return cgutils.create_struct_proxy(kind)(context, at, array).data  # type: ignore[no-untyped-call]


def _load(at: ir.IRBuilder, start: ir.Value) -> ir.Value:
    return at.load(at.bitcast(start, VECTOR.as_pointer()), align=FLOAT_BYTES)


def _repeat(at: ir.IRBuilder, value: ir.Value) -> ir.Value:
    """Give a number to every column."""
    undefined = ir.Constant(VECTOR, ir.Undefined)
    one = at.insert_element(undefined, value, ir.Constant(ir.IntType(32), 0))
    return at.shuffle_vector(one, undefined, ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH))
