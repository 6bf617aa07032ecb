"""A decision as a page to look at: one HTML file with its picture inside, which asks nobody for anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from fulfillment.cli.decision_text import story
from fulfillment.cli.decision_words import goods, km, listed, told_apart, why_not
from fulfillment.cli.map_frame import HEIGHT, WIDTH, Frame, Pixel
from fulfillment.cli.map_style import MARKS, STYLE
from fulfillment.domain.location import Location
from fulfillment.domain.routing.candidate import Reason, Verdict

if TYPE_CHECKING:
    from fulfillment.cli.decide import Answer

NEAREST = 20  # locations, beside the plan's, that the picture is made wide enough for
LEAST = 3  # of them, however far they are; others only
WIDER = 4  # times as far as the plan's farthest, so that the plan stays large enough to see
MAX_AREAS = 50  # service areas drawn; more is a blot
MAX_MARKS = 1_000
MAX_ROWS = 200  # of the table

KINDS: Mapping[str, tuple[str, tuple[Reason, ...]]] = {
    "chosen": ("supplies", ("chosen",)),
    "beaten": ("could supply, but the plan is better", ("beaten",)),
    "part": ("has a part of it, but no plan came of it", ("not_enough",)),
    "short": ("has nothing to give", ("no_stock", "below_floor")),
    "far": (
        "out of reach",
        ("too_far", "outside_service_area", "no_carrier", "outside_ring", "no_coordinates"),
    ),
    "shut": (
        "not available",
        (
            "refused_before",
            "closed",
            "paused",
            "method_not_offered",
            "not_chosen",
            "group_excluded",
            "kind_excluded",
            "not_open_soon",
            "capacity_full",
            "misses_promise",
        ),
    ),
}
KIND_OF: Mapping[str, str] = {reason: kind for kind, (_, reasons) in KINDS.items() for reason in reasons}


def page(found: Answer) -> str:
    """The whole file, in ASCII: what is not is written as a character reference."""
    picture = _Picture(found)
    title = escape(picture.title())
    parts = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>",
        *picture.drawn(),
        f"<pre>{escape(story(found))}</pre>",
        *picture.table(),
        "</main>\n</body>\n</html>\n",
    )
    return "\n".join(parts).encode("ascii", "xmlcharrefreplace").decode("ascii")


class _Picture:
    def __init__(self, found: Answer) -> None:
        self.found = found
        self.decision = found.decision
        self.customer = found.asked.customer.point
        self.locations = {location.location_id: location for location in found.asked.locations}
        self.names = told_apart({location.location_id: location.name for location in found.asked.locations})
        self.distances = {c.location_id: c.distance_m for c in found.candidates}
        self.chosen = [shipment.location_id for shipment in self.decision.shipments]
        self.verdicts = sorted(self.decision.candidates, key=self._rank)
        self.frame = self._frame()

    def title(self) -> str:
        names = [self._name(location_id) for location_id in self.chosen]
        return f"{self.decision.status.capitalize()}{f': {listed(names)}' if names else ''}"

    def drawn(self) -> Iterator[str]:
        """The picture with its legend; a sentence where nothing has a place on a map."""
        if self.frame is None:
            yield "<p>Neither the customer nor any location has a point: there is nothing to draw.</p>"
            return
        yield f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-labelledby="told what">'
        yield f'<title id="told">Map: {escape(self.title())}</title>'
        yield (
            '<desc id="what">The customer, the locations by verdict, and a line for each shipment. '
            "The table below the picture says the same.</desc>"
        )
        yield MARKS
        yield f'<rect class="sea" width="{WIDTH:g}" height="{HEIGHT:g}"/>'
        yield from self._areas(self.frame)
        yield from self._lines(self.frame)
        yield from self._marks(self.frame)
        yield from self._scale(self.frame)
        yield "</svg>"
        yield from self._legend()
        yield from self._not_shown(self.frame)

    def table(self) -> Iterator[str]:
        """Every location in words."""
        yield "<table>\n<caption>Locations, the chosen first, then the nearest</caption>"
        yield "<thead><tr><th>location</th><th>distance</th><th>verdict</th><th>why</th></tr></thead>\n<tbody>"
        for verdict in self.verdicts[:MAX_ROWS]:
            kind = KIND_OF[verdict.reason]
            yield (
                f'<tr class="{kind}"><th scope="row">{escape(self._name(verdict.location_id))}</th>'
                f"<td>{self._away(verdict.location_id)}</td>"
                f"<td>{'eligible' if verdict.eligible else 'excluded'}: {verdict.reason.replace('_', ' ')}</td>"
                f"<td>{escape(self._why(verdict))}</td></tr>"
            )
        yield "</tbody></table>"
        if len(self.verdicts) > MAX_ROWS:
            yield f"<p>And {len(self.verdicts) - MAX_ROWS:,} more locations.</p>"

    def _frame(self) -> Frame | None:
        plan_m = max((self.distances.get(name) or 0 for name in self.chosen), default=0)
        others = [v.location_id for v in self.verdicts if v.location_id not in self.chosen][:NEAREST]
        near = [name for name in others if not plan_m or (self.distances.get(name) or 0) <= WIDER * plan_m]
        shown = [*self.chosen, *(near if len(near) >= LEAST else others[:LEAST])]
        second = self.decision.runner_up
        shown += second.location_ids if second else ()
        points = [point for name in shown if (point := self.locations[name].point)]
        points = [self.customer, *points] if self.customer else points
        return Frame.around(points) if points else None

    def _areas(self, frame: Frame) -> Iterator[str]:
        """Service areas, each once however many share it; those of the plan above the others."""
        drawn: dict[str, list[str]] = {}
        for verdict in self.verdicts[:MAX_AREAS]:
            location = self.locations[verdict.location_id]
            for shape in _shapes(frame, location):
                drawn.setdefault(shape, []).append(location.location_id)
        for shape, names in reversed(drawn.items()):
            ours = " ours" if set(names) & set(self.chosen) else ""
            told = f"Service area of {listed([self._name(name) for name in names])}"
            yield f'<g class="area{ours}"><title>{escape(told)}</title>{shape}</g>'

    def _lines(self, frame: Frame) -> Iterator[str]:
        if self.customer is None:
            return
        x, y = frame.at(self.customer)
        for shipment in self.decision.shipments:
            point = self.locations[shipment.location_id].point
            if point is None:
                continue
            there = frame.at(point)
            told = f"{self._name(shipment.location_id)} supplies {goods(shipment.allocations)}"
            yield (
                f'<g class="way"><title>{escape(told)}</title>'
                f'<line x1="{there[0]:.1f}" y1="{there[1]:.1f}" x2="{x:.1f}" y2="{y:.1f}"/></g>'
            )

    def _marks(self, frame: Frame) -> Iterator[str]:
        """The farthest first, so that the nearest lie on top; then the customer, then the names."""
        placed = [
            (verdict, frame.at(point))
            for verdict in self.verdicts[:MAX_MARKS]
            if (point := self.locations[verdict.location_id].point) and frame.holds(point)
        ]
        for verdict, (x, y) in reversed(placed):
            kind = KIND_OF[verdict.reason]
            told = (
                f"{self._name(verdict.location_id)}, {self._away(verdict.location_id)}: {self._why(verdict)}"
                if self.distances.get(verdict.location_id) is not None
                else f"{self._name(verdict.location_id)}: {self._why(verdict)}"
            )
            yield (
                f'<g class="mark {kind}" transform="translate({x:.1f} {y:.1f})">'
                f'<title>{escape(told)}</title><use href="#{kind}"/></g>'
            )
        if self.customer:
            x, y = frame.at(self.customer)
            yield (
                f'<g class="mark customer" transform="translate({x:.1f} {y:.1f})">'
                '<title>The customer</title><use href="#customer"/></g>'
            )
        yield from self._labels(placed, frame)

    def _labels(self, placed: Sequence[tuple[Verdict, Pixel]], frame: Frame) -> Iterator[str]:
        """Names of the nearest, right or left of their marks, where nothing else is."""
        wanted = [(frame.at(self.customer), "Customer")] if self.customer else []
        wanted += [(at, self._name(verdict.location_id)) for verdict, at in placed]
        taken = [(x - 9, x + 9, y) for (x, y), _name in wanted]  # no name lies on a mark
        for (x, y), name in wanted[: 2 * NEAREST]:
            shown = name if len(name) <= 24 else f"{name[:23]}…"
            width = 7.5 * len(shown)
            for left, anchor in ((x + 12, "start"), (x - 12 - width, "end")):
                free = all(
                    abs(y - row) > 15 or end < left or left + width < start for start, end, row in taken
                )
                if free and left > 0 and left + width < WIDTH:
                    taken.append((left, left + width, y))
                    at = left if anchor == "start" else left + width
                    yield f'<text x="{at:.1f}" y="{y + 5:.1f}" text-anchor="{anchor}">{escape(shown)}</text>'
                    break

    def _scale(self, frame: Frame) -> Iterator[str]:
        length_km, px = frame.scale()
        y = HEIGHT - 22
        told = km(round(length_km * 1000))
        yield f'<g class="scale"><title>Scale: the bar is {told}</title>'
        yield f'<path d="M20 {y - 6:g}v6h{px:.1f}v-6"/><text x="20" y="{y - 12:g}">{told}</text></g>'

    def _legend(self) -> Iterator[str]:
        present = {KIND_OF[verdict.reason] for verdict in self.verdicts}
        entries = {kind: told for kind, (told, _) in KINDS.items() if kind in present}
        if self.customer:
            entries["customer"] = "the customer"
        yield '<ul class="legend">'
        for kind, told in entries.items():
            yield (
                f'<li><svg class="key" viewBox="-11 -11 22 22" aria-hidden="true">'
                f'<g class="mark {kind}"><use href="#{kind}"/></g></svg>{told}</li>'
            )
        yield "</ul>"

    def _not_shown(self, frame: Frame) -> Iterator[str]:
        points = [self.locations[verdict.location_id].point for verdict in self.verdicts]
        nowhere = sum(point is None for point in points)
        beyond = sum(point is not None and not frame.holds(point) for point in points)
        told = [f"{beyond:,} beyond its edge"] if beyond else []
        told += [f"{nowhere:,} without a point"] if nowhere else []
        if told:
            yield f"<p>Not in the picture: {listed(told)}.</p>"
        if self.customer is None:
            yield "<p>The customer's point is not known, nor are distances.</p>"

    def _name(self, location_id: str) -> str:
        return self.names[location_id]

    def _away(self, location_id: str) -> str:
        distance = self.distances.get(location_id)
        return "unknown" if distance is None else km(distance)

    def _why(self, verdict: Verdict) -> str:
        location = self.locations[verdict.location_id]
        told = why_not(verdict, self.found.asked.request.method, location.timezone)
        return "supplies" if verdict.reason == "chosen" else told

    def _rank(self, verdict: Verdict) -> tuple[bool, bool, int, str]:
        distance = self.distances.get(verdict.location_id)
        chosen = verdict.location_id in self.chosen
        return not chosen, distance is None, distance or 0, verdict.location_id


def _shapes(frame: Frame, location: Location) -> Iterator[str]:
    """A location's service area as it is drawn; prefixes of codes have no shape."""
    area = location.service_area
    if area is None:
        return
    if area.polygon:
        yield f'<path d="{frame.outline(area.polygon)}"/>'
    if area.radius_km is not None and location.point:
        x, y = frame.at(location.point)
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{area.radius_km * frame.px_per_km:.1f}"/>'
