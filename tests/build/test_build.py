"""`sam build` as a user runs it: without Docker, without the target's Python, and what comes out of it runs alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.local.build import build, run_sam_build
from tests.local.paths import ROOT
from tests.support.template import resources

pytestmark = [pytest.mark.build, pytest.mark.xdist_group("build")]

FUNCTIONS = resources("AWS::Serverless::Function")
LEAN = [name for name, function in FUNCTIONS.items() if function["Layers"] == [{"Ref": "LeanLayer"}]]

# Run by an interpreter that sees the layer, the function and the standard library, and nothing else.
IMPORT = """
import json, sys
sys.path[:0] = [{function!r}, {layer!r}]
import app
assert callable(app.handler)
from fulfillment import bootstrap
named = {factories!r}
for name in named:
    getattr(bootstrap, name)()
print(json.dumps({{"modules": sorted(sys.modules), "fulfillment": bootstrap.__file__}}))
"""


@pytest.fixture(scope="module")
def built() -> Path:
    """The build for this machine that the emulator gets, too."""
    return build().parent


def tools_without(tmp_path: Path, *hidden: str) -> str:
    """A PATH with every tool of this machine but these."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for folder in ("/usr/bin", "/bin", "/usr/local/bin"):
        for tool in Path(folder).glob("*"):
            link = tools / tool.name
            if not tool.name.startswith(hidden) and not link.exists():
                link.symlink_to(tool)
    return str(tools)


def test_the_build_for_lambda_needs_neither_docker_nor_its_python(tmp_path: Path) -> None:
    environment = {
        "PATH": tools_without(tmp_path, "docker", "podman", "finch", "python3.13"),
        "LAYER_TARGET": "lambda",
        "UV_PYTHON_PREFERENCE": "only-system",
        "DOCKER_HOST": "unix:///nowhere",
        "TMPDIR": str(tmp_path),
    }

    said = run_sam_build(ROOT, tmp_path / "built", environment)

    assert "Build Succeeded" in said
    site = tmp_path / "built" / "RoutingLayer" / "python"
    binaries = [path.name for path in site.rglob("*.so") if "cpython" in path.name]
    assert binaries
    assert all("cpython-313-aarch64-linux-gnu" in name for name in binaries)
    assert "is not compiled" in (site / "NOT_COMPILED").read_text()
    assert (
        unzipped_megabytes(tmp_path / "built" / "RoutingLayer") < 120
    )  # Lambda's limit is 250 with the function
    assert unzipped_megabytes(tmp_path / "built" / "LeanLayer") < 45


def test_a_layer_holds_the_package_without_the_command_line(built: Path) -> None:
    for layer in ("LeanLayer", "RoutingLayer"):
        package = built / layer / "python" / "fulfillment"
        assert (package / "bootstrap" / "__init__.py").exists()
        assert not (package / "cli").exists()
        assert list((package / "policies").glob("*.yaml")) or not list(
            (ROOT / "shared/fulfillment/policies").glob("*.yaml")
        )


def test_bytecode_is_taken_whatever_the_date_of_the_file(built: Path) -> None:
    tag = sys.implementation.cache_tag
    for compiled in (
        built / "LeanLayer/python/fulfillment/bootstrap/__pycache__" / f"__init__.{tag}.pyc",
        built / "LeanLayer/python/pydantic/__pycache__" / f"main.{tag}.pyc",
        built / "TasksFunction/__pycache__" / f"app.{tag}.pyc",
    ):
        flags = int.from_bytes(compiled.read_bytes()[4:8], "little")
        assert flags == 0b01, compiled  # PEP 552: hash-based, not checked


def test_a_function_folder_holds_its_one_file(built: Path) -> None:
    for function in FUNCTIONS:
        files = {
            path.name for path in (built / function).rglob("*") if path.suffix != ".pyc" and path.is_file()
        }
        assert files == {"app.py"}, function


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_built_handler_runs_with_nothing_but_its_layer(function: str, built: Path) -> None:
    found = import_alone(function, built)

    assert found["fulfillment"].startswith(str(built))
    if function in LEAN:
        assert not {"numpy", "shapely"} & set(found["modules"])
    assert "aws_xray_sdk" not in found["modules"]


def import_alone(function: str, built: Path) -> dict[str, Any]:
    """Imports the built handler and builds its use cases in a fresh, isolated interpreter."""
    from tests.template.test_environment import factories, variables

    layer = FUNCTIONS[function]["Layers"][0]["Ref"]
    script = IMPORT.format(
        function=str(built / function),
        layer=str(built / layer / "python"),
        factories=[factory.__name__ for factory in factories(function)],
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script],
        env={
            "PATH": os.environ["PATH"],
            "AWS_REGION": "ap-southeast-3",
            "AWS_DEFAULT_REGION": "ap-southeast-3",
        }
        | variables(function),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def unzipped_megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
