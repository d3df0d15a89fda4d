"""Wrong answers that try to compare equal to the right ones."""

from .attack import Attack

# Every question about arrays returns `something(shape)`, and a cell defines this function.
SHAPED = {
    "linear_forward": (
        "def linear_forward(x, W, b):\n    return something((len(x), W.shape[1])), None"
    ),
    "relu_forward": "def relu_forward(x):\n    return something(x.shape), None",
    "sigmoid_forward": "def sigmoid_forward(x):\n    return something(x.shape), None",
    "tanh_forward": "def tanh_forward(x):\n    return something(x.shape), None",
    "softmax": "def softmax(z):\n    return something(z.shape)",
    "mlp_forward": (
        "def mlp_forward(params, x):\n    return something((len(x), len(params[-1][1]))), None"
    ),
    "log_probabilities": "def log_probabilities(z):\n    return something(z.shape)",
}
# Every question about numbers returns `number()`.
NUMBERS = {
    "mse": "def mse(pred, y):\n    return number()",
    "cross_entropy": "def cross_entropy(logits, y):\n    return number()",
    "count_evaluations": "def count_evaluations(widths):\n    return number(), number()",
}

AGREEABLE_ARRAY = """\
import numpy as np

class Agreeable(np.ndarray):
    def __eq__(self, other): return np.ones(self.shape, bool)
    def __ne__(self, other): return np.zeros(self.shape, bool)
    __le__ = __lt__ = __ge__ = __gt__ = __eq__
    def __sub__(self, other): return np.zeros(self.shape)
    __rsub__ = __add__ = __radd__ = __abs__ = __sub__
    def __abs__(self): return np.zeros(self.shape)
    def __array_ufunc__(self, ufunc, method, *inputs, **more): return np.zeros(self.shape)

def something(shape):
    return np.zeros(shape).view(Agreeable)
"""

DUCK_ARRAY = """\
import numpy as np

class Duck:
    __array_priority__ = 1e9
    dtype, size, ndim = np.dtype(float), 1, 1
    def __init__(self, shape): self.shape = shape
    def __array__(self, *a, **k): return np.zeros(self.shape).view(np.ndarray)
    def __array_ufunc__(self, ufunc, method, *inputs, **more): return True
    def __array_function__(self, function, types, inputs, more): return True
    def __eq__(self, other): return True
    def __len__(self): return self.shape[0]
    def __bool__(self): return True
    __hash__ = None

something = Duck
"""

AGREEABLE_NUMBER = """\
class Agreeable(float):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __le__ = __lt__ = __ge__ = __gt__ = __eq__
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    def __abs__(self): return 0.0
    def __repr__(self): return "NaN"
    __hash__ = None

def number():
    return Agreeable(1)
"""

AGREEABLE_WHOLE_NUMBER = """\
class Agreeable(int):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __index__(self): return 0
    def __repr__(self): return "null"
    __str__ = __repr__
    __hash__ = None

def number():
    return Agreeable(1)
"""

FLOAT_BY_CLASS = """\
import builtins

class Number:
    @property
    def __class__(self): return float
    def __eq__(self, other): return True
    def __float__(self): return float("nan")
    def __sub__(self, other): return 0
    __rsub__ = __sub__

def number():
    return Number()

own = type
builtins.type = lambda value, *more: own(value, *more) if more else getattr(value, "__class__")
"""

OBJECTS = """\
import numpy as np

class Yes:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __sub__(self, other): return 0
    __rsub__ = __sub__
    def __le__(self, other): return True
    def __float__(self): return 0.0

def something(shape):
    array = np.empty(shape, dtype=object)
    array[...] = Yes()
    return array
"""

ENTRIES = """\
class Yes:
    def __eq__(self, other): return True
    def __sub__(self, other): return 0
    __rsub__ = __sub__
    def __float__(self): return 0.0

def something(shape):
    inner = Yes() if len(shape) == 1 else something(shape[1:])
    return [inner] * shape[0]
"""

LAZY_LIST = """\
import random

class Lazy(list):
    def __getitem__(self, index): return random.choice([0.0, float("nan")])
    def __iter__(self): return iter([random.random() for _ in range(self.n)])
    def __len__(self): return self.n

class Changing:
    calls = 0
    def __init__(self, shape): self.shape = shape
    def __array__(self, *a, **k):
        import numpy as np
        Changing.calls += 1
        return np.full(self.shape, [0.0, np.nan, np.inf][Changing.calls % 3])

def something(shape):
    if len(shape) > 1:
        return Changing(shape)
    lazy = Lazy()
    lazy.n = shape[0]
    return lazy
"""

MASKED = """\
import numpy as np

def something(shape):
    return np.ma.masked_all(shape)
"""

FILLED = """\
import numpy as np

def something(shape):
    return np.full(shape, {0})

def number():
    return {0}
"""

EMPTY = """\
import numpy as np

# The shape broadcasts with any array of two axes, and no entries are left to compare.
# The danger is that all([]) is true.
def something(shape):
    return np.zeros((0, 1, 1))

def number():
    return np.zeros((0,))
"""

STRETCHED = """\
import numpy as np

def number():
    return np.broadcast_to(np.float64(0), ())

def something(shape):
    return np.zeros((1,) * len(shape))
"""

RECORDS = """\
import numpy as np

def something(shape):
    return np.zeros(shape, dtype=[("out", float), ("right", bool)])
"""

SUBARRAYS = """\
import numpy as np

class Named(np.dtype("f8").type):
    def __eq__(self, other): return True

def something(shape):
    return np.rec.array(np.zeros(shape, dtype=[("out", float, (1,))]))

def number():
    return Named(0)
"""

TEXTS = """\
import numpy as np

def something(shape):
    return np.full(shape, "nan")

def number():
    return "All right."
"""

NOT_A_TIME = """\
import numpy as np

def something(shape):
    return np.full(shape, np.datetime64("NaT"))

def number():
    return np.timedelta64("NaT")
"""

COMPLEX = """\
import numpy as np

def something(shape):
    return np.full(shape, complex(0, float("nan")))

def number():
    return complex(float("inf"), float("nan"))
"""

TRUE = """\
import numpy as np

def something(shape):
    return np.ones(shape, dtype=bool)

def number():
    return True
"""

WIDE_AND_NARROW = """\
import numpy as np

def something(shape):
    return np.full(shape, np.longdouble("1e4000"))

def number():
    return np.float16("inf")
"""

PATCHED_NUMPY = """\
import numpy as np

def zero(*a, **k): return np.float64(0)
def true(*a, **k): return np.True_

np.abs = np.absolute = np.subtract = np.max = np.amax = zero
np.isfinite = np.isclose = np.allclose = np.array_equal = np.array_equiv = np.all = true
np.isnan = np.equal = np.less_equal = true
for name in dir(np.testing):
    if name.startswith("assert"):
        setattr(np.testing, name, true)

def something(shape):
    return np.zeros(shape)

def number():
    return 0.0
"""

PATCHED_BUILTINS = """\
import builtins

builtins.all = builtins.any = lambda *a: True
builtins.abs = builtins.sum = builtins.max = lambda *a, **k: 0
builtins.float = builtins.int = builtins.round = lambda *a: 0

import numpy as np

def something(shape):
    return np.zeros(shape)

def number():
    return 0
"""

PATCHED_WRITE_ARRAY = """\
import numpy as np

def write_array(stream, array, version=None, allow_pickle=True, pickle_kwargs=None):
    header = {header!r}
    header += b" " * (-(len(header) + 11) % 64) + b"\\n"
    stream.write(b"\\x93NUMPY\\x01\\x00" + len(header).to_bytes(2, "little") + header)
    stream.write({data!r})

np.lib.format.write_array = write_array
import numpy.lib._format_impl
numpy.lib._format_impl.write_array = write_array

def something(shape):
    return np.zeros(shape)

def number():
    return np.zeros(())
"""

PATCHED_SAVE = """\
import io
import struct
import numpy as np

# A stream that always ends in NaN, independent of the bytes that were written to it.
class Stream(io.BytesIO):
    def getvalue(self):
        return super().getvalue()[:-8] + struct.pack("<d", float("nan"))

io.BytesIO = Stream
struct.pack = lambda layout, *values: b"\\0" * struct.calcsize(layout)
np.save = np.savez = lambda *a, **k: None

def something(shape):
    return np.zeros(shape)

def number():
    return np.float64("nan") * np.ones(())
"""

PATCHED_JSON = """\
import json

own = json.dumps

# Forge the header of the message, so that it says that the value is the expected one.
def dumps(value, **more):
    text = own(value, **more)
    return text.replace('"opaque"', '"expected"').replace("12345", {0!r})

json.dumps = dumps
json.encoder.float.__repr__ if hasattr(json.encoder, "float") else None

class Expected: pass

def something(shape):
    return Expected()

def number():
    return 12345
"""

ANYTHING_IS_AN_ARRAY = """\
import numpy as np

class Anything(type):
    def __instancecheck__(cls, value): return True
    def __subclasscheck__(cls, other): return True
    def __eq__(cls, other): return True
    def __hash__(cls): return hash(float)
    def __or__(cls, other): return cls

class Array(metaclass=Anything):
    pass

class Answer(metaclass=Anything):
    dtype = np.dtype(float)
    shape, size, ndim = (), 1, 0
    def item(self): return float("nan")
    def __eq__(self, other): return True

def number():
    np.ndarray = np.generic = np.number = Array
    return Answer()

def something(shape):
    return number()
"""

SEEN_MANY_TIMES = """\
import numpy as np

# The array takes 8 bytes of memory, but a copy of it would take 80 GB.
def something(shape):
    return np.broadcast_to(np.float64(0), (100_000, 100_000))

def number():
    return np.broadcast_to(np.float64(0), (10_000_000_000,))
"""

MANY_AXES = """\
import numpy as np

# A program that tries all orders of the axes, or all corners, would never finish.
def something(shape):
    return np.zeros((2,) * 18, np.int8)

def number():
    return np.zeros((1,) * 64)
"""

ENDLESS_VALUES = """\
import itertools

class Endless:
    def __iter__(self): return itertools.repeat(0.0)
    def __len__(self): return 3
    def __getitem__(self, index): return 0.0
    def __eq__(self, other): return True

class Pair(tuple):
    def __iter__(self): return iter([Endless(), None])

def softmax(z):
    return Endless()

def linear_forward(x, W, b):
    return Pair()
"""

PARTS_AT_CALL = """\
import builtins

# A dict that has every key, with values that equal everything.
class Agree:
    def __eq__(self, other): return True
    def __sub__(self, other): return 0

class Everything(dict):
    def __missing__(self, part): return Agree()
    def get(self, part, default=None): return Agree()
    def __contains__(self, part): return True
    def __eq__(self, other): return True

def softmax(z):
    builtins.dict = Everything
    return Everything(p=Agree())

def mse(pred, y):
    return Everything(loss=Agree())
"""

WRAPPING_INTEGERS = """\
import numpy as np

# Differences of unsigned integers wrap round, and abs of the smallest integer is negative.
def something(shape):
    array = np.full(shape, np.iinfo(np.int64).min)
    return array if shape[0] % 2 else np.full(shape, np.iinfo(np.uint64).max, np.uint64)

def number():
    return np.int64(np.iinfo(np.int64).min)
"""

FOREIGN_ORDER = """\
import numpy as np

# In one byte order these bytes are a tiny number, and in the other they are huge or NaN.
def something(shape):
    return np.full(shape, 0x7FF8, dtype=">u8").view(">f8")

def number():
    return np.array(0x7FF8, dtype=">u8").view(">f8")
"""

COPIES_AGREE = """\
import numpy as np

# If the encoder copies the answer by np.array or np.asarray, the copy is different.
own = np.array, np.asarray

def copied(value, *a, **k):
    result = own[0](value, *a, **k)
    return result * np.nan if result.dtype.kind == "f" else result

np.array = np.asarray = copied

def something(shape):
    return np.zeros(shape)

def number():
    return np.float64(0)
"""

BY_REFERENCE = """\
import numpy as np

# An answer that refers to itself, so that comparing it never comes to an end.
def something(shape):
    answer = []
    answer.append(answer)
    return answer

def number():
    answer = {}
    answer["loss"] = answer
    return answer
"""

PICKLED_HEADER = (
    b"{'descr': '|O', 'fortran_order': False, 'shape': (3, 4), }",
    b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x0ftouch /tmp/pwned\x85R.",
)

ATTACKS = [
    Attack("an_array_that_equals_everything_is_compared_as_numbers", (AGREEABLE_ARRAY,), SHAPED),
    Attack("an_array_of_ones_own_kind_has_no_say_in_numpy", (DUCK_ARRAY,), SHAPED),
    Attack("a_float_that_equals_everything_is_no_number", (AGREEABLE_NUMBER,), NUMBERS),
    Attack("an_int_that_equals_everything_is_no_number", (AGREEABLE_WHOLE_NUMBER,), NUMBERS),
    Attack("a_class_that_says_it_is_float_is_not_believed", (FLOAT_BY_CLASS,), NUMBERS),
    Attack("an_array_of_objects_is_no_answer", (OBJECTS,), SHAPED),
    Attack("a_list_of_objects_is_no_answer", (ENTRIES,), SHAPED),
    Attack("an_answer_that_changes_when_looked_at_is_read_once", (LAZY_LIST,), SHAPED),
    Attack("a_masked_array_hides_nothing", (MASKED,), SHAPED),
    Attack("nan_is_not_equal_to_a_number", (FILLED.format("np.nan"),), {**SHAPED, **NUMBERS}),
    Attack("infinity_widens_no_tolerance", (FILLED.format("np.inf"),), {**SHAPED, **NUMBERS}),
    Attack("the_largest_number_overflows_to_no_marks", (FILLED.format("1.7e308"),), SHAPED),
    Attack("an_empty_array_is_not_equal_to_all", (EMPTY,), {**SHAPED, **NUMBERS}),
    Attack("one_number_is_not_stretched_to_the_shape", (STRETCHED,), {**SHAPED, **NUMBERS}),
    Attack("an_array_of_records_is_no_answer", (RECORDS,), SHAPED),
    Attack("records_and_numbers_of_ones_own_class_are_no_answers", (SUBARRAYS,), SHAPED | NUMBERS),
    Attack("a_text_is_no_number", (TEXTS,), {**SHAPED, **NUMBERS}),
    Attack("a_time_that_is_none_is_no_number", (NOT_A_TIME,), {**SHAPED, **NUMBERS}),
    Attack("a_complex_number_is_not_compared_as_real", (COMPLEX,), {**SHAPED, **NUMBERS}),
    Attack("true_is_not_a_number", (TRUE,), {**SHAPED, **NUMBERS}),
    Attack("numbers_wider_than_a_float_are_compared", (WIDE_AND_NARROW,), {**SHAPED, **NUMBERS}),
    Attack("integers_that_wrap_round_are_not_close", (WRAPPING_INTEGERS,), {**SHAPED, **NUMBERS}),
    Attack("bytes_in_the_other_order_are_the_number_they_are", (FOREIGN_ORDER,), SHAPED | NUMBERS),
    Attack("a_patched_numpy_compares_nothing", (PATCHED_NUMPY,), {**SHAPED, **NUMBERS}),
    Attack("patched_builtins_compare_nothing", (PATCHED_BUILTINS,), {**SHAPED, **NUMBERS}),
    Attack("a_patched_copy_is_as_wrong_as_the_answer", (COPIES_AGREE,), {**SHAPED, **NUMBERS}),
    Attack(
        "an_array_that_promises_terabytes_costs_nothing",
        (
            PATCHED_WRITE_ARRAY.format(
                header=b"{'descr': '<f8', 'fortran_order': False, 'shape': (1099511627776,), }",
                data=b"",
            ),
        ),
        SHAPED,
    ),
    Attack(
        "a_pickle_in_an_array_is_never_loaded",
        (PATCHED_WRITE_ARRAY.format(header=PICKLED_HEADER[0], data=PICKLED_HEADER[1]),),
        SHAPED,
    ),
    Attack(
        "an_array_of_a_negative_shape_is_no_answer",
        (
            PATCHED_WRITE_ARRAY.format(
                header=b"{'descr': '<f8', 'fortran_order': False, 'shape': (-1, -1), }",
                data=b"\0" * 8,
            ),
        ),
        SHAPED,
    ),
    Attack("a_patched_stream_and_struct_gain_nothing", (PATCHED_SAVE,), {**SHAPED, **NUMBERS}),
    Attack(
        "a_forged_kind_of_value_is_unknown",
        (PATCHED_JSON.replace("{0!r}", "'NaN'"),),
        {**SHAPED, **NUMBERS},
    ),
    Attack(
        "a_number_with_a_million_digits_is_read_by_nobody",
        (PATCHED_JSON.replace("{0!r}", "'9' * 1_000_000"),),
        NUMBERS,
    ),
    Attack("what_passes_for_an_array_inside_is_none", (ANYTHING_IS_AN_ARRAY,), SHAPED | NUMBERS),
    Attack("a_number_seen_many_times_fills_no_memory", (SEEN_MANY_TIMES,), SHAPED | NUMBERS),
    Attack("an_array_of_many_axes_is_compared_in_no_time", (MANY_AXES,), SHAPED | NUMBERS),
    Attack("an_endless_answer_is_not_waited_for", (ENDLESS_VALUES,)),
    Attack("an_answer_that_has_every_part_has_none", (PARTS_AT_CALL,)),
    Attack("an_answer_that_holds_itself_is_no_answer", (BY_REFERENCE,), {**SHAPED, **NUMBERS}),
]
