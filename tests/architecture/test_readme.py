"""The README says nothing that is not so: commands, folders, parameters, variables, calls."""

from __future__ import annotations

import re

import pytest

from fulfillment.api.routes import ROUTES
from tests.support.template import ROOT, resources, template

README = (ROOT / "README.md").read_text(encoding="utf-8")

# Every command of the README and the test that runs it. Those that need an account or Docker say so in the README.
RUN_BY = {
    "make run": "tests/e2e/test_make_run.py",
    "make run ONCE=1": "tests/e2e/test_make_run.py",
    "make invoke F=options E=events/options.json": "tests/e2e/test_make_run.py",
    "make test": "(is the test run itself)",
    "make check": "(the first thing `make test` does)",
    "make bench": "(`make soak` runs its module)",
    "make soak": "(the long runs)",
    "make build": "tests/build/",
    "fulfillment load": "tests/local/chain.py",
    "fulfillment decide events/decide/jakarta.json": "tests/unit/test_decide_command.py",
    "fulfillment replay ORDER_ID": "tests/functions/test_replay.py",
    "fulfillment reconcile": "tests/unit/test_reconcile_command.py",
    "fulfillment letters list": "tests/e2e/test_letters.py",
    "fulfillment letters redrive": "tests/e2e/test_letters.py",
    "fulfillment policy show lowest-cost": "tests/unit/test_policy_command.py",
    "fulfillment policy check my-policy.yaml": "tests/unit/test_policy_command.py",
    "python -m tests.simulation 7": "tests/simulation/test_worlds.py",
    "sam deploy --guided": "needs AWS",
    "sam local invoke": "needs Docker",
}


def _commands() -> list[str]:
    fenced = re.findall(r"```\n((?:make|sam|fulfillment|python) .*?)```", README, re.DOTALL)
    inline = re.findall(r"`((?:make|sam|fulfillment|python) [^`]+)`", README)
    lines = [line for block in fenced for line in block.replace("\\\n", " ").splitlines()]
    return [" ".join(command.split()) for command in lines + inline]


def test_every_command_is_run_by_a_test_or_says_what_it_needs() -> None:
    unknown = [
        c for c in _commands() if not any(c == known or c.startswith(f"{known} --") for known in RUN_BY)
    ]
    assert [c for c in unknown if not c.startswith("sam local invoke OptionsFunction")] == []


@pytest.mark.parametrize("path", [path for path in RUN_BY.values() if path.startswith("tests/")])
def test_the_tests_that_run_the_commands_are_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_files_that_the_readme_names_are_there() -> None:
    named = re.findall(r"\]\(([\w./_-]+)\)", README) + re.findall(r"E=\s*(events/\S+\.json)", README)
    assert len(named) >= 4
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_folder_map_is_the_tree() -> None:
    # Given the map and the tree
    mapped = set(
        re.findall(r"^\| `([\w./]+?)/?` \|", README.split("## Folders")[1].split("## Your")[0], re.MULTILINE)
    )
    package = ROOT / "shared" / "fulfillment"
    packages = {f"shared/fulfillment/{p.name}" for p in package.iterdir() if (p / "__init__.py").exists()}

    # Then the one is the other
    assert mapped == {"template.yaml", "functions", "shared", "events", "tests"} | packages


def test_the_table_of_parameters_is_the_templates() -> None:
    # Given both
    table = README.split("Parameters of the template:")[1].split("Variables of the functions")[0]
    said = dict(re.findall(r"^\| `(\w+)` \| (?:`(.*?)`|\(empty\)) \|", table, re.MULTILINE))

    # Then they are equal, with their defaults
    assert said == {name: str(p["Default"]) for name, p in template()["Parameters"].items()}


def test_the_table_of_variables_is_the_templates() -> None:
    # Given both
    table = README.split("Variables of the functions")[1].split("A policy")[0]
    said = set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))
    functions = resources("AWS::Serverless::Function").values()
    common = set(template()["Globals"]["Function"]["Environment"]["Variables"])

    # Then they are equal
    assert said == common.union(*(set(f["Environment"]["Variables"]) for f in functions))


def test_the_table_of_calls_has_every_route() -> None:
    table = README.split("## The API")[1].split("Checkout and operations sign")[0]
    steps = {f"/{step}" for step in re.findall(r"`/([\w-]+)`", table)}
    missing = [r.path for r in ROUTES if r.path not in README and f"/{r.path.rsplit('/', 1)[1]}" not in steps]
    assert missing == []
