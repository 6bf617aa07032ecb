"""Policies as files: what is read is what was meant, and every fault is told with its line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fulfillment.api.policy_document import PolicyDoc
from fulfillment.application import setting_views
from fulfillment.cli.policy_files import (
    MAX_BYTES,
    MAX_DEPTH,
    BadPolicy,
    parse,
    read_policy,
    shipped_names,
    shipped_policy,
)
from fulfillment.domain.policy import Policy


def told(text: str) -> list[str]:
    """The faults of a text, a line each."""
    with pytest.raises(BadPolicy) as refused:
        parse(text, "policy.yaml")
    return str(refused.value).splitlines()


def test_every_fault_is_told_at_its_line() -> None:
    # Given a policy with much that is wrong
    text = """\
# for the sale
applies_to:
  value_from: 100000.5
floors:
  - units: 1
  - kinds: [store]
    units: -1
  - {unit: 2}
split:
  max_shipmets: 3
objectives: [cost, fastest, cost]
rings_km:
  - 50
  - 10
"""

    # Then each is told where it stands
    assert told(text) == [
        "policy.yaml:3: applies_to.value_from: must be an amount of at least 0: a whole number, or a decimal in quotes "
        'such as "12500.50"',
        "policy.yaml:7: floors.1.units: must be at least 0",
        "policy.yaml:8: floors.2.units: is required",
        "policy.yaml:8: floors.2.unit: there is no such field; did you mean units?",
        "policy.yaml:10: split.max_shipmets: there is no such field; did you mean max_shipments?",
        "policy.yaml:11: objectives.1: there is no rule 'fastest' among cost, coverage, distance, group_rank, load, "
        "other_zone, promise, rank, shipments, slow_movers, stock",
        "policy.yaml:11: objectives.2: cost stands there twice",
        "policy.yaml:14: rings_km.1: must be more than the one before (50)",
    ]


def test_a_fault_knows_its_line_column_and_field() -> None:
    with pytest.raises(BadPolicy) as refused:
        parse("split:\n  max_shipments: 9\n")

    (fault,) = refused.value.faults
    assert (fault.line, fault.column, fault.field) == (2, 18, "split.max_shipments")
    assert fault.message == "must be at most 5"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("slot_minutes: 15\nslot_minutes: 30\n", "2: slot_minutes: stands there twice, first in line 1"),
        (
            '{"split": {"lines": "whole",\n\t"lines": "whole"}}',
            "2: split.lines: stands there twice, first in line 1",
        ),
        ("floors:\n  - units: 1\n    units: 1\n", "3: floors.0.units: stands there twice, first in line 2"),
        (
            "split: {max_shipments: 3\n",
            "2: while parsing a flow mapping, expected ',' or '}', but got '<stream end>'",
        ),
        ("split:\n\tlines: whole\n", "2: while scanning for the next token, found character '\\t'"),
        ("a: b: c\n", "1: mapping values are not allowed here"),
        ("split: *all\n", "1: anchors and aliases are not taken: write it out"),
        (
            "groups:\n  java: &java [senayan]\n  all: *java\n",
            "2: anchors and aliases are not taken: write it out",
        ),
        ("slot_minutes: !!int 15\n", "1: tags are not taken"),
        ("split: !!python/object/apply:os.system [ls]\n", "1: tags are not taken"),
        (
            "---\nslot_minutes: 15\n---\n",
            "3: expected a single document in the stream, but found another document",
        ),
        ("", "1: is empty"),
        ("# nothing\n", "1: is empty"),
        ("- split\n", "1: must hold a policy: fields and their values"),
        ("null\n", "1: must hold a policy: fields and their values"),
        ("slot_minutes: 15\npolicy: \x07\n", "2: a character that no text has"),
        ("? [a, b]\n: c\n", "1: a field's name must be a word"),
        ("split:\n", "1: split: must be fields and their values"),
        ("floors: {store: 1}\n", "1: floors: must be a list"),
        ("objectives: []\n", "1: objectives: must have at least 1"),
        ("ranking: [1]\n", "1: ranking.0: must be text; put it in quotes"),
        ("pickup_radius_km: far\n", "1: pickup_radius_km: must be a number"),
        ("pickup_radius_km: .inf\n", "1: pickup_radius_km: must be a number"),
        ("pickup_options: 1e400\n", "1: pickup_options: must be a whole number"),
        ("pickup_options: 2.5\n", "1: pickup_options: must be a whole number"),
        ("choose: some\n", "1: choose: must be 'best' or 'in_order'"),
        (
            "applies_to:\n  countries: [indonesia]\n",
            "2: applies_to.countries.0: must be written as ^[A-Z]{2}$",
        ),
        (
            "applies_to:\n  starts_at: 2027-01-01T00:00:00\n",
            "2: applies_to.starts_at: must say its time zone, such as 2027-01-01T00:00:00+07:00",
        ),
        (
            "costs:\n  weights:\n    profit: 1\n",
            "3: costs.weights.profit: must be 'transport', 'handling', 'scarcity'",
        ),
        ("zebra: 1\n", "1: zebra: there is no such field"),
        (
            "calendars:\n  - name: x\n    days_off: [2027-02-30]\n",
            "3: calendars.0.days_off.0: must be a valid date",
        ),
    ],
)
def test_what_is_wrong_is_told_in_plain_words(text: str, fault: str) -> None:
    (line,) = told(text)

    assert line.startswith(f"policy.yaml:{fault}")


def test_the_depth_of_a_file_is_bounded() -> None:
    deep = "[" * 5_000

    assert told(f"split: {deep}") == [f"policy.yaml:1: deeper than {MAX_DEPTH} levels"]


def test_the_size_of_a_file_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))

    with pytest.raises(BadPolicy, match="is longer than 65,536"):
        read_policy(path)
    with pytest.raises(BadPolicy, match="is longer than 65,536"):
        parse("#" * (MAX_BYTES + 1))


@pytest.mark.parametrize("line", ["field_{}: 1", "slot_minutes: 15"])
def test_a_hundred_faults_are_enough_to_begin_with(line: str) -> None:
    lines = told("slot_minutes: 15\n" + "\n".join(line.format(n) for n in range(150)))

    assert len(lines) == 101
    assert lines[-1] == "... and 50 more"


def test_a_file_that_is_no_text_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_bytes(b"# fine\n# \xff\n")

    with pytest.raises(BadPolicy, match=r"policy\.yaml:2: is not UTF-8 text"):
        read_policy(path)


def test_plain_words_mean_what_they_say() -> None:
    # Given what YAML 1.1 would take for a falsehood, a number of minutes and a date
    document = parse(
        """\
applies_to: {countries: [NO], channels: [on, off]}
carriers:
  - {name: yes, cutoff: 15:00, transit_days: {same: 1}, calendars: [2027]}
calendars:
  - {name: "2027", days_off: [2027-01-01]}
""".replace("[2027]", '["2027"]')
    )

    # Then it is Norway, a time of day and a day
    assert document.applies_to is not None
    assert (document.applies_to.countries, document.applies_to.channels) == (["NO"], ["on", "off"])
    assert (document.carriers[0].name, document.carriers[0].cutoff["7"]) == ("yes", "15:00")
    assert document.calendars[0].days_off[0].isoformat() == "2027-01-01"


@pytest.mark.parametrize(
    ("word", "value"),
    [("15", 15), ("0o17", None), ("015", 15), ("+20", 20), ("~", None), ("1_0", None), ("0x0F", None)],
)
def test_whole_numbers_are_decimal(word: str, value: int | None) -> None:
    text = f"capacity_windows: {word}\n"

    assert parsed_or_none(text) == value


def parsed_or_none(text: str) -> int | None:
    try:
        return parse(text).capacity_windows
    except BadPolicy:
        return None


def test_json_is_read_as_yaml_is() -> None:
    # Given the whole of a policy as JSON: indented by tabs, and with characters of other planes
    view: dict[str, Any] = setting_views.policy(shipped_policy("lowest-cost"))
    view["calendars"] = [{"name": "Nyepi \U0001f54a / hari raya", "days_off": [], "groups": []}]
    texts = [json.dumps(view, indent="\t"), json.dumps(view, ensure_ascii=False)]

    # Then it is the same document
    assert [parse(text) for text in texts] == [PolicyDoc.model_validate_json(texts[0])] * 2


@pytest.mark.parametrize(
    ("file", "text", "name"),
    [
        ("winter.yaml", "{}", "winter"),
        ("Winter sale (2).yaml", "{}", "Winter-sale-2"),
        ("---.yaml", "{}", "policy"),
        ("winter.json", '{"name": "sale"}', "sale"),
        ("bom.yaml", "\ufeffslot_minutes: 15", "bom"),
    ],
)
def test_a_policy_has_its_own_name_or_that_of_its_file(
    tmp_path: Path, file: str, text: str, name: str
) -> None:
    path = tmp_path / file
    path.write_text(text, encoding="utf-8")

    assert read_policy(path) == Policy(name=name)


def test_a_name_that_is_none_is_told(tmp_path: Path) -> None:
    path = tmp_path / "sale.yaml"
    path.write_text("slot_minutes: 15\nname: a b\n")

    with pytest.raises(BadPolicy, match=r"sale\.yaml:2: name: must be written as"):
        read_policy(path)


def test_a_policy_that_is_not_shipped_is_unknown() -> None:
    assert "sale" not in shipped_names()
    with pytest.raises(KeyError):
        shipped_policy("../cli/policy")
