"""The page that staff work with, as it is sent."""

from __future__ import annotations

import re
from typing import Any

import pytest

from fulfillment.adapters.web_files import WebFiles
from tests.support.functions import CONTEXT, api_event, handler

ALL_BYTES = 130_000  # the first load is measured in a browser: tests/browser/test_pages.py
FILES = sorted(WebFiles("board"))


def get(path: str, file: str = "", **headers: str) -> dict[str, Any]:
    """An answer of the function."""
    event = api_event("GET", path, path={"file": file} if file else {}, headers=headers)
    answer: dict[str, Any] = handler("board")(event, CONTEXT)
    return answer


def test_the_page_may_run_and_fetch_nothing_but_its_own() -> None:
    page = get("/board")

    assert page["statusCode"] == 200
    assert page["headers"]["Content-Type"] == "text/html; charset=utf-8"
    policy = page["headers"]["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'"} <= set(policy)
    assert "unsafe" not in page["headers"]["Content-Security-Policy"]
    assert page["headers"]["X-Content-Type-Options"] == "nosniff"
    assert page["headers"]["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_sent_once_and_then_only_when_it_has_changed(name: str) -> None:
    # Given a browser that has the file
    first = get("/board/{file}", name)
    assert first["statusCode"] == 200
    assert first["body"]

    # When it asks again, then it hears that it has it
    again = get("/board/{file}", name, **{"If-None-Match": f'"other", W/{first["headers"]["ETag"]}'})
    assert (again["statusCode"], again["body"]) == (304, "")

    # And with another version it gets this one
    assert get("/board/{file}", name, **{"If-None-Match": '"other"'})["statusCode"] == 200


@pytest.mark.parametrize("name", ["../settings.py", "..%2Fsettings.py", "/etc/passwd", "index.htm", ""])
def test_there_is_no_way_out_of_the_folder(name: str) -> None:
    answer = get("/board/{file}", name or "%00")

    assert answer["statusCode"] == 404


def test_all_of_it_together_is_small() -> None:
    files = WebFiles("board")

    assert sum(len(files(name).text.encode()) for name in FILES) <= ALL_BYTES


def words(language: str) -> set[str]:
    """Names of the sentences of a language."""
    text = WebFiles("board")(f"words-{language}.js").text
    return set(re.findall(r"(?:[{,]\s*|^\s+)'?([\w-]+)'?: '", text, re.MULTILINE))


def test_both_languages_say_the_same_things() -> None:
    assert len(words("id")) > 200
    assert words("id") == words("en")


def test_every_sentence_that_is_asked_for_is_there() -> None:
    files = WebFiles("board")
    scripts = [files(name).text for name in FILES if name.endswith(".js")]
    asked = {name for text in scripts for name in re.findall(r"\bt\('([\w-]+)'", text)}

    assert len(asked) > 100
    assert asked - words("id") == set()


def test_no_file_writes_html_or_runs_text() -> None:
    files = WebFiles("board")
    forbidden = (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
    )
    found = [(name, word) for name in FILES for word in forbidden if word in files(name).text]

    assert found == []
