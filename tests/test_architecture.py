"""Who may import whom. The rules stand here as a table; `faults` holds a set of sources to them.

Every import counts, also one inside a function or behind TYPE_CHECKING: a circle that only
shows at run time is a circle all the same.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOOR = {"features": 0, "model": 1, "training": 2, "serving": 2, "experiments": 3, "fendan": 4}
CONFINED = {
    "fastapi": ("serving",),
    "starlette": ("serving",),
    "pydantic": ("serving",),
    "uvicorn": ("serving",),
    "mlflow": ("model.registry", "model.pyfunc", "model.tuning_log"),
    "optuna": ("training.trials", "experiments.tune.study"),
}
NEVER_IMPORTED = ("tests", "conftest", "pytest", "hypothesis")


def sources() -> dict[str, str]:
    """Every module of the house by its dotted name, with its text."""
    files = [file for house in FLOOR for file in (ROOT / house).rglob("*.py")] + [
        ROOT / "fendan.py"
    ]
    return {dotted(file.relative_to(ROOT)): file.read_text("utf-8") for file in files}


def dotted(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(name: str, text: str, modules: Mapping[str, str]) -> Iterator[str]:
    """The dotted names that a module imports; `from a import b` is `a.b` where that is a module."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:  # a package's own name needs no step up from its __init__
                is_package = any(other.startswith(f"{name}.") for other in modules)
                above = name.split(".")[: None if is_package else -1]
                above = above[: len(above) - (node.level - 1)]
                base = ".".join([*above, *filter(None, [base])])
            for alias in node.names:
                child = f"{base}.{alias.name}"
                yield child if child in modules else base


def faults(modules: Mapping[str, str]) -> list[str]:
    """What breaks the rules, in words; empty when nothing does."""
    found, graph = [], {}
    for name, text in modules.items():
        house = name.partition(".")[0]
        targets = set(imported(name, text, modules)) - {name}
        graph[name] = {target for target in targets if target in modules}
        for target in sorted(targets):
            top = target.partition(".")[0]
            if top in FLOOR and top != house and FLOOR[top] >= FLOOR[house]:
                found.append(f"{name} imports {target}, which is not below it")
            if not within(name, CONFINED.get(top, (name,))):
                found.append(f"{name} imports {target}, which is kept to {CONFINED[top]}")
            if top in NEVER_IMPORTED:
                found.append(f"{name} imports {target}, which is for tests")
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        found.append("a circle: " + " -> ".join(circle.args[1]))
    return found


def within(name: str, places: tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


def test_every_import_points_down_and_none_goes_round():
    assert faults(sources()) == []


def test_every_folder_of_the_house_is_a_package():
    bare = {file.parent for house in FLOOR for file in (ROOT / house).rglob("*.py")}
    assert [str(f.relative_to(ROOT)) for f in bare if not (f / "__init__.py").exists()] == []


@pytest.mark.parametrize(
    ("planted", "word"),
    [
        ({"features.a": "import model.b", "model.b": ""}, "not below"),
        ({"features.a": "def f():\n    from model import b", "model.b": ""}, "not below"),
        ({"training.a": "from serving.app import x", "serving.app": ""}, "not below"),
        ({"serving.a": "import training", "training": ""}, "not below"),
        ({"experiments.a": "import fendan", "fendan": ""}, "not below"),
        ({"model.a": "import pydantic"}, "kept to"),
        ({"training.a": "from mlflow.models import infer_signature"}, "kept to"),
        ({"model.registry_of_mine": "import mlflow"}, "kept to"),
        ({"features.a": "from hypothesis import given"}, "for tests"),
        ({"model.a": "from model import b", "model.b": "from model.a import x"}, "circle"),
        ({"model.a": "from . import b", "model.b": "from .a import x", "model": ""}, "circle"),
        ({"features": "from .a import x", "features.a": "from features import y"}, "circle"),
    ],
)
def test_a_planted_violation_is_caught(planted: dict[str, str], word: str):
    assert any(word in fault for fault in faults(planted))


def test_what_is_allowed_is_let_through():
    allowed = {
        "features": "",
        "features.a": "import numpy",
        "features.b": "from features.a import x\nfrom . import a",
        "model.registry": "import mlflow\nfrom features import b",
        "training.run": "from model import registry",
        "serving.app": "import fastapi\nimport model.registry",
        "experiments.run": "import serving.app\nimport training.run",
        "fendan": "from experiments import run\nfrom serving import app",
    }
    assert faults(allowed) == []
