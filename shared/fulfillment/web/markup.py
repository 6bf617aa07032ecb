"""HTML out of values. Text is always escaped; markup comes from ``tag`` alone, so nobody can forget it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

VOID = frozenset({"input", "link", "meta"})  # elements that have no end


class Html(str):
    """Markup. Made by this module and by what a library draws."""

    __slots__ = ()


Child = str | None | Iterable["Child"]


def tag(name: str, *children: Child, **attributes: str | int | bool | None) -> Html:
    """An element: ``tag("p", "1 < 2", class_="note", data_mark="x")``. None and False leave out; True is a bare word.

    Names may end in an underscore, which is dropped; the others become dashes. A link leads to a page of ours or, by
    https or as a phone number, elsewhere: any other is an error (``safe_link`` asks before).
    """
    written = "".join(
        _attribute(key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items()
    )
    start = f"<{name}{written}>"
    return Html(start if name in VOID else f"{start}{joined(children)}</{name}>")


def joined(children: Iterable[Child]) -> Html:
    """Text and markup one after the other."""
    return Html("".join(_child(child) for child in children))


def safe_link(url: str) -> str | None:
    """The address, if it is one that may stand behind a link; None for scripts and whatever else."""
    return url if url.startswith("https://") else None


def _child(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    return escape(child) if isinstance(child, str) else joined(child)


def _attribute(name: str, value: str | int | bool | None) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return f" {name}"
    assert not name.startswith("on"), name
    assert name != "href" or str(value).startswith(("https://", "tel:", "?", "#", "assets/")), value
    return f' {name}="{escape(str(value))}"'
