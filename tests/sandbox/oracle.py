"""Judge answers of the sandbox by the Bot API's own table: no unknown field, none missing, every type right."""

from typing import Any

from bot.sandbox import spec

SIMPLE: dict[str, tuple[type, ...]] = {"Integer": (int,), "Float": (int, float), "Boolean": (bool,), "String": (str,)}


def check_result(method: str, result: Any) -> None:
    """The result of a method fits one of the types that the method returns."""
    known = spec.load().method(method)
    assert known is not None
    check(result, known.returns, method)


def check(value: Any, kinds: tuple[str, ...], path: str) -> None:
    """`value` fits one of the types; AssertionError tells where not."""
    problems = []
    for kind in kinds:
        problem = _problem(value, kind, path)
        if problem is None:
            return
        problems.append(problem)
    raise AssertionError("; ".join(problems))


def _problem(value: Any, kind: str, path: str) -> str | None:
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            return f"{path}: not an array"
        inner = kind.removeprefix("Array of ")
        return next((p for i, one in enumerate(value) if (p := _problem(one, inner, f"{path}[{i}]"))), None)
    if kind in SIMPLE:
        right = isinstance(value, SIMPLE[kind]) and (kind == "Boolean" or not isinstance(value, bool))
        return None if right else f"{path}: {value!r} is no {kind}"
    known = spec.load().types[kind]
    if known.any_of:
        problems = [_problem(value, one, path) for one in known.any_of]
        return None if None in problems else f"{path}: none of {known.any_of}: {problems}"
    if not isinstance(value, dict):
        return f"{path}: {value!r} is no {kind}"
    fields = {field.name: field for field in known.fields}
    if unknown := set(value) - set(fields):
        return f"{path}: {kind} has no {unknown}"
    for name, field in fields.items():
        if name not in value:
            if field.required:
                return f"{path}: {kind} lacks {name}"
            continue
        problems = [_problem(value[name], one, f"{path}.{name}") for one in field.types]
        if None not in problems:
            return str(problems[0])
    return None
