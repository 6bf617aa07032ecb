"""template.yaml as Python values, so that tests use the tables, rules and variables that are deployed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms: ``!Ref X`` becomes ``{"Ref": "X"}``."""


def _short_form(loader: yaml.Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    name = tag if tag in ("Ref", "Condition") else f"Fn::{tag}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        if tag == "GetAtt":
            value = str(value).split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {name: value}


_Loader.add_multi_constructor("!", _short_form)


@cache
def template() -> dict[str, Any]:
    """The whole template."""
    read: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), _Loader)
    return read


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """Properties of all resources of a type, by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template()["Resources"].items()
        if resource["Type"] == kind
    }


def table_requests() -> list[dict[str, Any]]:
    """CreateTable requests for every table, named by their logical ids. Without streams: tests read the rows."""
    kept = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    requests = []
    for name, properties in resources("AWS::DynamoDB::Table").items():
        request = {key: properties[key] for key in kept if key in properties}
        requests.append({"TableName": name, **request})
    return requests
