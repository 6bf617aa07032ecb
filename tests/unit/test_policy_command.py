"""``fulfillment policy``: what it prints, and its exit code."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fulfillment.api.policy_document import PolicyDoc
from fulfillment.cli.main import main
from fulfillment.cli.policy_files import shipped_names, shipped_policy, shipped_text
from fulfillment.domain.policy import Policy

Printed = pytest.CaptureFixture[str]


def test_a_policy_that_is_right_is_summed_up(tmp_path: Path, capsys: Printed) -> None:
    path = tmp_path / "sale.yaml"
    path.write_text("applies_to: {channels: [web]}\nfallback: [{more_shipments: 5}, part]\n")

    assert main(["policy", "check", str(path)]) == 0
    assert capsys.readouterr().out == (
        f"{path}: policy sale, used for some orders: at most 3 shipments, best by other_zone, shipments, distance; "
        "else more shipments, part\n"
    )


def test_what_is_wrong_is_printed_of_every_file(tmp_path: Path, capsys: Printed) -> None:
    # Given a file that is right between two that are not, and one that is not there
    texts = {"a.yaml": "slot_minutes: 7", "b.yaml": "choose: in_order", "c.json": "[]"}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)

    # When
    code = main(
        ["policy", "check", *(str(tmp_path / name) for name in ("a.yaml", "b.yaml", "c.json", "d.yaml"))]
    )

    # Then
    printed = capsys.readouterr()
    assert code == 2
    assert printed.out == (
        f"{tmp_path}/b.yaml: policy b, used where it is named: at most 3 shipments, in order by other_zone, "
        "shipments, distance\n"
    )
    first, second, third = printed.err.splitlines()
    assert first.startswith(f"{tmp_path}/a.yaml:1: slot_minutes: must divide an hour")
    assert second == f"{tmp_path}/c.json:1: must hold a policy: fields and their values"
    assert third == f"{tmp_path}/d.yaml: No such file or directory"


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_policy_is_printed_as_it_is_written(name: str, capsys: Printed) -> None:
    assert main(["policy", "show", name]) == 0
    assert capsys.readouterr().out == shipped_text(name)


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_policy_is_printed_as_it_can_be_put(name: str, capsys: Printed) -> None:
    # When
    assert main(["policy", "show", name, "--json"]) == 0
    body = capsys.readouterr().out

    # Then it may be put under any name
    assert PolicyDoc.model_validate_json(body).to_domain(name) == shipped_policy(name)
    assert "name" not in json.loads(body)


def test_the_default_policy_is_shown_by_its_name(capsys: Printed) -> None:
    assert main(["policy", "show", "default"]) == 0
    assert capsys.readouterr().out == shipped_text("fewest-shipments")
    assert replace(shipped_policy("fewest-shipments"), name="default") == Policy()


def test_a_policy_that_is_not_shipped_is_told_which_are(capsys: Printed) -> None:
    assert main(["policy", "show", "cheapest"]) == 2
    assert capsys.readouterr().err == (
        "There is no shipped policy 'cheapest', but default, fewest-shipments, lowest-cost, nearest, "
        "ranked-locations.\n"
    )


@pytest.mark.parametrize("words", [[], ["check"], ["show"], ["burn"]])
def test_wrong_usage_is_2(words: list[str], capsys: Printed) -> None:
    with pytest.raises(SystemExit) as left:
        main(["policy", *words])

    assert left.value.code == 2
