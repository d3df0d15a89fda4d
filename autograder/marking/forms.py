"""Tell in which way an answer has another form than the right one, for answers that are measured.

Many answers to such a question are right, so only their form is compared: keys, numbers of items,
shapes.
"""

from typing import Any

from .compare import as_numbers, describe
from .words import count, listed

NUMBER = "()"  # the shape of a single number, as text
MAX_KEYS = 8  # of a dictionary that are told


def form_of(value: Any) -> Any:
    """Return the form of a value: the same dicts, tuples and lists, with shapes as text in them.

    Of a list, only the first item is kept, because other lists may be longer.
    """
    if isinstance(value, dict):
        return {key: form_of(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(map(form_of, value))
    if isinstance(value, list):
        return [form_of(item) for item in value[:1]]
    array = as_numbers(value)
    return None if array is None else str(array.shape)


def misfit(form: Any, answer: Any) -> str:
    """Return a sentence about the first place where an answer has another form, or an empty text.

    form: the form of a right answer, which is a dict of the results of the driver.
    """
    for name, part in form.items():
        found = answer.get(name) if isinstance(answer, dict) else None
        subject = "the result" if len(form) == 1 else f"the result {name!r}"
        if words := _misfit(part, found, subject):
            return f"{words[0].upper()}{words[1:]}."
    return ""


def _misfit(form: Any, value: Any, name: str) -> str:
    """Return a clause about the first place where a value has another form, or an empty text."""
    if isinstance(form, dict):
        return _misfit_of_dict(form, value, name)
    if isinstance(form, tuple | list):
        return _misfit_of_items(form, value, name)
    array = as_numbers(value)
    if form is None or (array is not None and str(array.shape) == form):
        return ""
    return f"{name} should be {_in_words(form)}, and yours is {describe(value)}"


def _misfit_of_dict(form: dict[str, Any], value: Any, name: str) -> str:
    wanted = listed([repr(key) for key in form])
    if not isinstance(value, dict):
        start = f"{name} should be a dictionary with the keys {wanted}, and yours is "
        return f"{start}{describe(value)}"
    if form.keys() - value.keys():
        found = listed([repr(key)[:30] for key in [*value][:MAX_KEYS]])
        return f"{name} should have the keys {wanted}, and yours has {found or 'none'}"
    places = (_misfit(form[key], value[key], f"the value for {key!r}") for key in form)
    return next(filter(None, places), "")


def _misfit_of_items(form: Any, value: Any, name: str) -> str:
    """Compare a tuple item by item. Compare all items of a list with the first one of the form."""
    of_a_tuple = isinstance(form, tuple)
    if not isinstance(value, tuple | list):
        return f"{name} should be {_in_words(form)}, and yours is {describe(value)}"
    if of_a_tuple and len(value) != len(form):
        return f"{name} should be {_in_words(form)}, and yours has {count(len(value), 'item')}"
    forms = form if of_a_tuple else [*form] * len(value)
    pairs = enumerate(zip(forms, value, strict=False))
    places = (_misfit(f, v, f"item {i} of {name}") for i, (f, v) in pairs)
    return next(filter(None, places), "")


def _in_words(form: Any) -> str:
    """Return a form in words."""
    if isinstance(form, list):
        return "a list"
    if isinstance(form, tuple):
        group = "a pair" if len(form) == 2 else f"a tuple of {len(form)}"
        return f"{group} ({', '.join(map(_in_words, form))})"
    if isinstance(form, dict):
        return "a dictionary"
    return "a number" if form == NUMBER else f"an array of shape {form}"
