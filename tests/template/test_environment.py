"""Each function is given the variables it needs, all of them and no others."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from fulfillment import bootstrap
from fulfillment.settings import MissingSetting
from tests.support.template import ROOT, resources, template

FUNCTIONS = resources("AWS::Serverless::Function")
# Read by Powertools, not by settings.py.
FOR_POWERTOOLS = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "LOG_LEVEL"}

LOCALLY = {"PUBLIC_URL": "none"}  # a function that is invoked by itself has no API


def variables(function: str) -> dict[str, str]:
    """The function's variables; a reference as the name it refers to, a parameter as its default."""
    common = template()["Globals"]["Function"]["Environment"]["Variables"]
    named = {**common, **FUNCTIONS[function]["Environment"]["Variables"]}
    return {key: as_text(value) for key, value in named.items()}


def as_text(value: Any) -> str:
    """A value of the template; of two, what holds when its condition does."""
    match value:
        case {"Ref": name}:
            default: str = template()["Parameters"].get(name, {}).get("Default", name)
            return default
        case {"Fn::If": [_, chosen, _]}:
            return as_text(chosen)
        case {"Fn::Sub": str(words)} | str(words):
            return words
    raise ValueError(f"not known here: {value}")


def factories(function: str) -> list[Callable[[], Any]]:
    """What the function's handler asks the composition root for."""
    source = (ROOT / FUNCTIONS[function]["CodeUri"] / "app.py").read_text()
    return [getattr(bootstrap, name) for name in sorted(set(re.findall(r"bootstrap\.(\w+)\(", source)))]


def start(function: str) -> None:
    """Builds everything that the function works with."""
    for factory in factories(function):
        factory()


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], None]:
    """Sets these variables and no other that any function has."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-southeast-3")

    def set_them(wanted: dict[str, str]) -> None:
        bootstrap.reset()
        for key in {key for function in FUNCTIONS for key in variables(function)} - FOR_POWERTOOLS:
            monkeypatch.delenv(key, raising=False)
        for key, value in wanted.items():
            monkeypatch.setenv(key, value)

    return set_them


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_starts_with_the_variables_of_the_template(
    function: str, only: Callable[[dict[str, str]], None]
) -> None:
    only(variables(function))

    start(function)


@pytest.mark.parametrize(
    ("function", "variable"),
    [(function, key) for function in FUNCTIONS for key in variables(function) if key not in FOR_POWERTOOLS],
)
def test_a_function_says_at_once_which_variable_is_missing(
    function: str, variable: str, only: Callable[[dict[str, str]], None]
) -> None:
    only({key: value for key, value in variables(function).items() if key != variable})

    with pytest.raises(MissingSetting, match=variable):
        start(function)


def test_the_environment_of_sam_local_invoke_is_that_of_the_template() -> None:
    committed = json.loads((ROOT / "events" / "env.json").read_text())

    assert committed == {
        function: {key: LOCALLY.get(key, value) for key, value in variables(function).items()}
        for function in FUNCTIONS
    }
