"""Queries, pages, order, indexes."""

from __future__ import annotations

from typing import Any

from tests.support.documented.asking import INVALID, Ask, documented

BY_RANK = {"IndexName": "by_rank"}


def some(ask: Ask, sort_keys: str) -> None:
    for sk in sort_keys:
        ask.put(sk, n={"N": f"{ord(sk)}"})


@documented(["a", "b", "c"])
def rows_come_in_the_order_of_their_sort_keys(ask: Ask) -> Any:
    some(ask, "cab")
    return ask.sort_keys()


@documented(["c", "b", "a"])
def or_the_other_way_round(ask: Ask) -> Any:
    some(ask, "cab")
    return ask.sort_keys(ScanIndexForward=False)


@documented(["Z", "a", "é", "\uffee", "\U0001f600"])
def texts_are_ordered_by_their_bytes_in_utf_8(ask: Ask) -> Any:
    some(ask, "\U0001f600aé\uffeeZ")
    return ask.sort_keys()


@documented((0, 2, True))
def a_limit_counts_rows_before_they_are_filtered(ask: Ask) -> Any:
    some(ask, "abc")
    page = ask.query(Limit=2, FilterExpression="n > :n", values={":n": {"N": "1000"}})
    return page["Count"], page["ScannedCount"], "LastEvaluatedKey" in page


@documented(True)
def a_page_that_is_full_says_where_to_go_on_even_at_the_end(ask: Ask) -> Any:
    some(ask, "ab")
    return "LastEvaluatedKey" in ask.query(Limit=2)


@documented(["c"])
def a_page_goes_on_after_a_row_that_is_gone(ask: Ask) -> Any:
    some(ask, "abc")
    ask.send("delete_item", Key=ask.key("b"))
    return ask.sort_keys(ExclusiveStartKey=ask.key("b"))


@documented((3, True))
def a_page_ends_at_a_megabyte(ask: Ask) -> Any:
    for sk in "abcde":
        ask.put(sk, text={"S": "x" * 360_000})
    page = ask.query()
    return page["Count"], "LastEvaluatedKey" in page


@documented(INVALID)
def a_filter_does_not_speak_of_the_key(ask: Ask) -> Any:
    return ask.query(FilterExpression="sk = :a", values={":a": {"S": "a"}})


@documented(INVALID)
def a_query_names_its_partition(ask: Ask) -> Any:
    return ask.query("sk = :pk")


@documented(INVALID)
def a_partition_is_equal_to_something(ask: Ask) -> Any:
    return ask.query("pk >= :pk")


@documented(INVALID)
def a_key_condition_has_no_or(ask: Ask) -> Any:
    return ask.query("pk = :pk OR sk = :pk")


@documented(["b", "c"])
def between_has_both_its_ends(ask: Ask) -> Any:
    some(ask, "abcd")
    return ask.sort_keys("pk = :pk AND sk BETWEEN :b AND :c", values={":b": {"S": "b"}, ":c": {"S": "c"}})


@documented(INVALID)
def a_query_between_has_its_lower_bound_first(ask: Ask) -> Any:
    return ask.query("pk = :pk AND sk BETWEEN :c AND :b", values={":b": {"S": "b"}, ":c": {"S": "c"}})


@documented(INVALID)
def a_limit_is_at_least_one(ask: Ask) -> Any:
    return ask.query(Limit=0)


@documented([{"n": {"N": "97"}}])
def a_projection_has_nothing_else(ask: Ask) -> Any:
    some(ask, "a")
    return ask.query(ProjectionExpression="n, m")["Items"]


@documented(["two", "ten"])
def an_index_by_number_is_ordered_by_value_and_has_only_the_rows_with_its_attributes(ask: Ask) -> Any:
    bunch = {"S": ask.partition}
    ask.put("ten", bunch=bunch, rank={"N": "10"})
    ask.put("two", bunch=bunch, rank={"N": "2"})
    ask.put("none", bunch=bunch)
    return ask.sort_keys("bunch = :pk", **BY_RANK)


@documented([])
def a_row_that_loses_an_attribute_leaves_the_index(ask: Ask) -> Any:
    ask.put(bunch={"S": ask.partition}, rank={"N": "1"})
    ask.update("REMOVE #rank", names={"#rank": "rank"})
    return ask.sort_keys("bunch = :pk", **BY_RANK)


@documented(INVALID)
def an_index_is_not_read_consistently(ask: Ask) -> Any:
    return ask.query("bunch = :pk", ConsistentRead=True, **BY_RANK)
