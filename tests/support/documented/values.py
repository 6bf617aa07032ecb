"""Items, keys, numbers, sets, sizes."""

from __future__ import annotations

from typing import Any

from tests.support.documented.asking import DONE, INVALID, Ask, documented

LIMIT = 400 * 1024
DIGITS = "12345678901234567890123456789012345678"


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "deep"}
    for _ in range(levels):
        value = {"L": [value]}
    return value


def filling(ask: Ask, size: int) -> dict[str, str]:
    """A text that makes an item of it and its key so many bytes."""
    return {"S": "x" * (size - len("pk") - len(ask.partition) - len("sk") - len("a") - len("text"))}


@documented(DONE)
def an_item_of_400_kilobytes_is_taken(ask: Ask) -> Any:
    return ask.put(text=filling(ask, LIMIT))


@documented(INVALID)
def an_item_of_a_byte_more_is_not_valid(ask: Ask) -> Any:
    return ask.put(text=filling(ask, LIMIT + 1))


@documented((INVALID, {"n": {"N": "1"}}))
def an_update_that_makes_a_row_too_large_is_not_valid_and_changes_nothing(ask: Ask) -> Any:
    ask.put(n={"N": "1"})
    return ask.update("SET note = :text", values={":text": {"S": "x" * LIMIT}}), ask.get()


@documented((DONE, INVALID))
def a_partition_key_has_at_most_2048_bytes(ask: Ask) -> Any:
    sk = {"S": "a"}
    return tuple(ask.send("put_item", Item={"pk": {"S": "k" * size}, "sk": sk}) for size in (2048, 2049))


@documented((DONE, INVALID))
def a_sort_key_has_at_most_1024_bytes(ask: Ask) -> Any:
    return tuple(ask.put("é" * (size // 2) + "k" * (size % 2)) for size in (1024, 1025))


@documented((DONE, {"text": {"S": ""}}))
def an_empty_text_is_a_value(ask: Ask) -> Any:
    return ask.put(text={"S": ""}), ask.get()


@documented(INVALID)
def an_empty_text_is_no_key(ask: Ask) -> Any:
    return ask.put("")


@documented(INVALID)
def an_empty_text_is_no_key_of_an_index(ask: Ask) -> Any:
    return ask.put(bunch={"S": ""}, rank={"N": "1"})


@documented(INVALID)
def a_key_of_an_index_has_its_type(ask: Ask) -> Any:
    return ask.put(bunch={"S": ask.partition}, rank={"S": "1"})


@documented(INVALID)
def an_update_gives_a_key_of_an_index_its_type(ask: Ask) -> Any:
    return ask.update("SET bunch = :one", values={":one": {"N": "1"}})


@documented(INVALID)
def a_key_has_its_type(ask: Ask) -> Any:
    return ask.send("put_item", Item={"pk": {"S": ask.partition}, "sk": {"N": "1"}})


@documented(INVALID)
def an_item_has_its_whole_key(ask: Ask) -> Any:
    return ask.send("put_item", Item={"pk": {"S": ask.partition}})


@documented(INVALID)
def a_row_is_asked_for_by_its_whole_key(ask: Ask) -> Any:
    return ask.send("get_item", Key={"pk": {"S": ask.partition}})


@documented(INVALID)
def a_row_is_asked_for_by_nothing_but_its_key(ask: Ask) -> Any:
    return ask.send("get_item", Key={**ask.key(), "n": {"N": "1"}})


@documented((DONE, {"n": {"N": DIGITS}}))
def a_number_keeps_38_digits(ask: Ask) -> Any:
    return ask.put(n={"N": DIGITS}), ask.get()


@documented(INVALID)
def a_number_has_no_39_digits(ask: Ask) -> Any:
    return ask.put(n={"N": DIGITS + "1"})


@documented((DONE, INVALID))
def a_number_is_below_1e126(ask: Ask) -> Any:
    return ask.put(n={"N": "9.9E125"}), ask.put(n={"N": "1E126"})


@documented((DONE, INVALID))
def a_number_is_not_smaller_than_1e_130(ask: Ask) -> Any:
    return ask.put(n={"N": "1E-130"}), ask.put(n={"N": "1E-131"})


@documented(INVALID)
def a_number_is_a_number(ask: Ask) -> Any:
    return ask.put(n={"N": "seven"})


@documented({"n": {"N": "1"}, "m": {"N": "0.5"}})
def zeros_around_a_number_are_dropped(ask: Ask) -> Any:
    ask.put(n={"N": "1.0"}, m={"N": "00.50"})
    return ask.get()


@documented({"n": {"N": "0.3"}})
def sums_are_exact(ask: Ask) -> Any:
    ask.put(n={"N": "0.1"})
    ask.update("SET n = n + :more", values={":more": {"N": "0.2"}})
    return ask.get()


@documented(INVALID)
def a_set_has_no_member_twice(ask: Ask) -> Any:
    return ask.put(members={"SS": ["a", "b", "a"]})


@documented(INVALID)
def a_set_is_not_empty(ask: Ask) -> Any:
    return ask.put(members={"SS": []})


@documented((DONE, INVALID))
def lists_nest_no_deeper_than_32(ask: Ask) -> Any:
    return ask.put(deep=nested(31)), ask.put(deep=nested(33))


@documented(INVALID)
def a_value_has_one_type(ask: Ask) -> Any:
    return ask.put(n={"N": "1", "S": "1"})
