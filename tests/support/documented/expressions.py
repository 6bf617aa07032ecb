"""Conditions and updates."""

from __future__ import annotations

from typing import Any

from tests.support.documented.asking import CONDITION_FAILED, DONE, INVALID, Ask, documented

ONE = {":one": {"N": "1"}}


@documented(INVALID)
def a_reserved_word_is_not_valid_in_a_condition(ask: Ask) -> Any:
    return ask.holds("status = :one", values=ONE)


@documented(INVALID)
def a_reserved_word_is_not_valid_in_an_update(ask: Ask) -> Any:
    return ask.update("SET status = :one", values=ONE)


@documented(INVALID)
def a_reserved_word_is_not_valid_in_a_projection(ask: Ask) -> Any:
    return ask.send("get_item", Key=ask.key(), ProjectionExpression="status")


@documented(INVALID)
def a_condition_has_no_arithmetic(ask: Ask) -> Any:
    ask.put(available={"N": "5"}, reserved={"N": "1"})
    return ask.holds("available >= reserved + :one", values=ONE)


@documented(INVALID)
def a_name_that_is_not_used_is_not_valid(ask: Ask) -> Any:
    return ask.update("SET n = :one", values=ONE, names={"#unused": "n"})


@documented(INVALID)
def a_value_that_is_not_used_is_not_valid(ask: Ask) -> Any:
    return ask.update("SET n = :one", values={**ONE, ":two": {"N": "2"}})


@documented(INVALID)
def a_name_that_is_not_told_is_not_valid(ask: Ask) -> Any:
    return ask.update("SET #n = :one", values=ONE)


@documented(INVALID)
def a_value_that_is_not_told_is_not_valid(ask: Ask) -> Any:
    return ask.update("SET n = :two, m = :one", values=ONE)


@documented(INVALID)
def an_update_does_not_touch_one_attribute_twice(ask: Ask) -> Any:
    return ask.update("SET n = :one REMOVE n", values=ONE)


@documented(INVALID)
def an_update_does_not_touch_the_key(ask: Ask) -> Any:
    return ask.update("SET sk = :sk", values={":sk": {"S": "b"}})


@documented(INVALID)
def each_clause_of_an_update_comes_once(ask: Ask) -> Any:
    return ask.update("SET n = :one SET m = :one", values=ONE)


@documented((DONE, INVALID))
def an_expression_has_at_most_4_kilobytes(ask: Ask) -> Any:
    ask.put()
    rest = "attribute_not_exists(" + ")"
    return tuple(ask.holds(f"attribute_not_exists({'n' * (size - len(rest))})") for size in (4096, 4097))


@documented((DONE, INVALID))
def an_expression_has_at_most_300_operators(ask: Ask) -> Any:
    # k comparisons have k - 1 ORs between them
    conditions = (" OR ".join(["n = :one"] * comparisons) for comparisons in (150, 151))
    ask.put(n={"N": "1"})
    return tuple(ask.holds(condition, values=ONE) for condition in conditions)


@documented((DONE, INVALID))
def in_has_at_most_100_operands(ask: Ask) -> Any:
    ask.put(n={"N": "1"})
    answers = []
    for most in (100, 101):
        values = {f":v{n}": {"N": f"{n}"} for n in range(most)}
        answers.append(ask.holds(f"n IN ({', '.join(values)})", values=values))
    return tuple(answers)


@documented(CONDITION_FAILED)
def a_number_is_not_equal_to_its_text(ask: Ask) -> Any:
    ask.put(n={"N": "1"})
    return ask.holds("n = :text", values={":text": {"S": "1"}})


@documented((CONDITION_FAILED, DONE))
def a_number_is_neither_less_than_a_text_nor_the_other_way_round(ask: Ask) -> Any:
    ask.put(n={"N": "1"})
    return (
        ask.holds("n < :text", values={":text": {"S": "2"}}),
        ask.holds("NOT n >= :text", values={":text": {"S": "2"}}),
    )


@documented((CONDITION_FAILED, CONDITION_FAILED, DONE))
def what_is_not_there_is_equal_to_nothing_and_less_than_nothing(ask: Ask) -> Any:
    ask.put()
    return tuple(ask.holds(f"n {compared} :one", values=ONE) for compared in ("=", "<", "<>"))


@documented(DONE)
def numbers_compare_by_their_value(ask: Ask) -> Any:
    ask.put(n={"N": "10"})
    return ask.holds("n > :n AND n = :ten", values={":n": {"N": "9"}, ":ten": {"N": "1.0E1"}})


@documented(INVALID)
def only_texts_begin_with_something(ask: Ask) -> Any:
    return ask.holds("begins_with(n, :one)", values=ONE)


@documented(INVALID)
def between_has_its_lower_bound_first(ask: Ask) -> Any:
    return ask.holds("n BETWEEN :two AND :one", values={**ONE, ":two": {"N": "2"}})


@documented((DONE, CONDITION_FAILED))
def and_binds_stronger_than_or(ask: Ask) -> Any:
    ask.put(n={"N": "1"})
    return tuple(
        ask.holds(condition, values={**ONE, ":two": {"N": "2"}})
        for condition in ("n = :one OR n = :one AND n = :two", "(n = :one OR n = :two) AND n = :two")
    )


@documented({"a": {"N": "2"}, "b": {"N": "1"}})
def an_update_sees_the_row_as_it_was(ask: Ask) -> Any:
    ask.put(a={"N": "1"}, b={"N": "2"})
    ask.update("SET a = b, b = a")
    return ask.get()


@documented({"used": {"N": "1"}})
def if_not_exists_begins_a_count(ask: Ask) -> Any:
    ask.update("SET used = if_not_exists(used, :none) + :one", values={**ONE, ":none": {"N": "0"}})
    return ask.get()


@documented({"used": {"N": "1"}})
def add_begins_at_nothing(ask: Ask) -> Any:
    ask.update("ADD used :one", values=ONE)
    return ask.get()


@documented(INVALID)
def what_is_not_there_has_no_sum(ask: Ask) -> Any:
    return ask.update("SET used = used + :one", values=ONE)


@documented(INVALID)
def a_text_has_no_sum(ask: Ask) -> Any:
    ask.put(n={"S": "1"})
    return ask.update("SET n = n + :one", values=ONE)


@documented({})
def a_set_without_members_is_removed(ask: Ask) -> Any:
    ask.put(members={"SS": ["a"]})
    ask.update("DELETE members :a", values={":a": {"SS": ["a"]}})
    return ask.get()


@documented((DONE, {}))
def removing_what_is_not_there_is_no_error(ask: Ask) -> Any:
    ask.put()
    return ask.update("REMOVE n"), ask.get()


@documented((DONE, {}))
def an_update_makes_the_row_that_is_not_there(ask: Ask) -> Any:
    return ask.update("REMOVE n"), ask.get()
