"""What the documentation of DynamoDB says, asked of the engines that our tests run on.

DynamoDB Local must do all of it: it carries every claim about transactions. moto does not, and the list of what it does
otherwise is frozen: an upgrade that changes it is noticed, and nobody takes moto for the service meanwhile.
"""

from __future__ import annotations

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from tests.support import aws_world
from tests.support.documented import CHECKS, TABLE
from tests.support.dynamodb_local import Engine, client_of_empty_database

pytestmark = pytest.mark.engine

UNCHECKED = Config(
    parameter_validation=False, retries={"total_max_attempts": 1}
)  # the engine is asked, not boto3
MOTO_DIFFERS = {
    # Tokens are ignored
    "the_same_token_applies_once",
    "the_same_token_with_other_parameters_is_refused",
    "a_token_has_at_most_36_characters",
    # Limits are not enforced, or others
    "a_transaction_without_actions_is_not_valid",
    "more_than_four_megabytes_are_not_valid",
    "a_batch_writes_at_most_25",
    "an_item_of_400_kilobytes_is_taken",
    "a_number_has_no_39_digits",
    "a_number_is_below_1e126",
    "lists_nest_no_deeper_than_32",
    "an_expression_has_at_most_4_kilobytes",
    "an_expression_has_at_most_300_operators",
    "in_has_at_most_100_operands",
    "a_page_ends_at_a_megabyte",
    "a_limit_is_at_least_one",
    # Values are taken as they come
    "zeros_around_a_number_are_dropped",
    "a_set_has_no_member_twice",
    "a_value_has_one_type",
    "a_key_of_an_index_has_its_type",
    # Expressions that are not valid are carried out, or crash it
    "a_value_that_is_not_used_is_not_valid_in_a_transaction",
    "a_condition_has_no_arithmetic",
    "a_name_that_is_not_told_is_not_valid",
    "a_number_is_neither_less_than_a_text_nor_the_other_way_round",
    "only_texts_begin_with_something",
    "between_has_its_lower_bound_first",
    "a_filter_does_not_speak_of_the_key",
    "a_key_condition_has_no_or",
    "a_query_between_has_its_lower_bound_first",
    # Pages
    "a_page_that_is_full_says_where_to_go_on_even_at_the_end",
}


def test_dynamodb_local_does_what_the_documentation_says(
    engine: Engine, record_property: pytest.RecordProperty
) -> None:
    client = client_of_empty_database(engine, UNCHECKED)
    client.create_table(**TABLE)
    assert [difference for check in CHECKS if (difference := check.differs(client))] == []
    record_property("figure", f"DynamoDB Local does {len(CHECKS)} of {len(CHECKS)} documented things")


def test_moto_does_otherwise_in_what_is_known_and_in_nothing_else(
    monkeypatch: pytest.MonkeyPatch, record_property: pytest.RecordProperty
) -> None:
    for name, value in aws_world.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        client = boto3.client("dynamodb", config=UNCHECKED)
        client.create_table(**TABLE)
        differs = {check.name for check in CHECKS if check.differs(client)}
    assert differs == MOTO_DIFFERS
    record_property("figure", f"moto does {len(CHECKS) - len(differs)} of {len(CHECKS)} documented things")
