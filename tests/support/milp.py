"""The optimum by a solver that knows nothing of the router: the question as a mixed-integer model for HiGHS.

Objectives are solved one after the other, each kept at its optimum for the next. Every answer is rounded to whole
numbers and put back into the model: rows and objectives are recomputed in integers, so no tolerance decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import gcd

import highspy
import numpy as np

from tests.support.reading import Block, Place, Problem

Terms = Mapping[int, int]
INFINITE = highspy.kHighsInf


@dataclass
class Model:
    """Whole-number variables with upper bounds, and rows ``low <= terms <= high`` over them."""

    uppers: list[int] = field(default_factory=list)
    rows: list[tuple[float, float, Terms]] = field(default_factory=list)

    def variable(self, upper: int = 1) -> int:
        self.uppers.append(upper)
        return len(self.uppers) - 1

    def row(self, terms: Terms, low: float = -INFINITE, high: float = INFINITE) -> None:
        self.rows.append((low, high, terms))

    def least(self, costs: Terms) -> int | None:
        """The least that the costs can be; None when nothing fits. The model is held to it from then on."""
        scale = gcd(*costs.values()) or 1
        solution = self._solved({column: cost // scale for column, cost in costs.items()})
        if solution is None:
            return None
        value = _total(costs, solution)
        self.row({column: cost // scale for column, cost in costs.items()}, high=value // scale)
        return value

    def _solved(self, costs: Terms) -> list[int] | None:
        solver = highspy.Highs()
        for option, setting in OPTIONS.items():
            solver.setOptionValue(option, setting)
        solver.passModel(self._as_lp(costs))
        solver.run()
        status = solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        assert status == highspy.HighsModelStatus.kOptimal, status
        solution = [round(value) for value in solver.getSolution().col_value]
        assert all(low <= _total(terms, solution) <= high for low, high, terms in self.rows)
        return solution

    def _as_lp(self, costs: Terms) -> highspy.HighsLp:
        columns = len(self.uppers)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = columns, len(self.rows)
        lp.col_cost_ = np.array([costs.get(column, 0) for column in range(columns)], dtype=float)
        lp.col_lower_ = np.zeros(columns)
        lp.col_upper_ = np.array(self.uppers, dtype=float)
        lp.integrality_ = [highspy.HighsVarType.kInteger] * columns
        lp.row_lower_ = np.array([low for low, _, _ in self.rows])
        lp.row_upper_ = np.array([high for _, high, _ in self.rows])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.cumsum([0, *(len(terms) for _, _, terms in self.rows)])
        lp.a_matrix_.index_ = np.array([column for _, _, terms in self.rows for column in terms])
        lp.a_matrix_.value_ = np.array([n for _, _, terms in self.rows for n in terms.values()], dtype=float)
        return lp


OPTIONS: Mapping[str, object] = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 0,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 1e-6,
    "mip_feasibility_tolerance": 1e-9,
    "primal_feasibility_tolerance": 1e-9,
}


def best_by_highs(question: Problem) -> tuple[int, ...] | None:
    """The best value of each objective in their order, or None when no plan holds everything."""
    if any(sum(p.units.get(sku, 0) for p in question.places) < n for sku, n in question.wanted.items()):
        return None  # not even all of them together
    written = _Written(question)
    values = []
    for costs in written.objectives():
        value = written.model.least(costs)
        if value is None:
            return None
        values.append(value)
    return tuple(values)


def cheapest_cover_by_highs(question: Problem) -> tuple[int, ...] | None:
    """The same answer from a smaller model, for questions about hundreds of places.

    Only which places are opened is asked: where no two blocks are of the same SKU, parcels have neither a least value
    nor a limit, and a unit costs the same everywhere, a set of places is a plan if it holds enough of each SKU (or
    somebody in it holds all of a block that may not be divided), and what is supplied from where changes nothing.
    """
    places, wanted = question.places, question.wanted
    assert question.most_units is None
    assert question.least_value is None
    assert sum(len(block.units) for block in question.blocks) == len(wanted)
    if any(sum(p.units.get(sku, 0) for p in places) < n for sku, n in wanted.items()):
        return None
    model = Model()
    opened = [model.variable() for _ in places]
    for block in question.blocks:
        ((sku, units),) = block.units.items()
        held = [min(units, place.units.get(sku, 0)) for place in places]
        if block.divisible:
            model.row({v: n for v, n in zip(opened, held, strict=True) if n}, low=units)
        else:
            model.row({v: 1 for v, n in zip(opened, held, strict=True) if n == units}, low=1)
    model.row(dict.fromkeys(opened, 1), high=question.most)
    values = []
    for name in question.objectives:
        by_place, always = _opening(question, name)
        if not any(by_place) and name != question.objectives[-1]:
            values.append(always)  # all plans alike; whether there is one is asked for the last
            continue
        least = model.least(dict(zip(opened, by_place, strict=True)))
        if least is None:
            return None
        values.append(least + always)
    return tuple(values)


def _opening(question: Problem, name: str) -> tuple[list[int], int]:
    """What an objective counts for opening each place, and in any case."""
    places = question.places
    if name != "cost":
        assert name != "promise"
        return [place.scores[name] for place in places], 0
    prices = {sku: {(place.per_unit or {}).get(sku, 0) for place in places} for sku in question.wanted}
    assert all(len(price) == 1 for price in prices.values())
    assert all(len(place.bands) == 1 for place in places)
    always = sum(n * next(iter(prices[sku])) for sku, n in question.wanted.items())
    return [place.fixed + place.bands[0][1] for place in places], always


class _Written:
    """The question, written down: which locations are opened, and which units of which block each of them gives."""

    def __init__(self, question: Problem) -> None:
        self.question = question
        self.model = Model()
        self.opened = [self.model.variable() for _ in question.places]
        # given[n]: what of each block place n gives, (variable, units that one of it stands for)
        self.given: list[list[tuple[int, Mapping[str, int]]]] = [[] for _ in question.places]
        self.costs: dict[int, int] = {}
        for block in question.blocks:
            self._block(block)
        for index, place in enumerate(question.places):
            self._place(index, place)
        self.model.row(dict.fromkeys(self.opened, 1), high=question.most)
        if question.least_value is not None and question.most > 1:
            self._worth(question.least_value)

    def objectives(self) -> Iterable[Terms]:
        """What is made least, objective by objective."""
        places = self.question.places
        for name in self.question.objectives:
            if name == "cost":
                yield self.costs
            elif name == "promise":
                yield self._latest([place.scores[name] for place in places])
            else:
                yield {self.opened[n]: place.scores[name] for n, place in enumerate(places)}

    def _block(self, block: Block) -> None:
        able = []
        for index, place in enumerate(self.question.places):
            if block.divisible:
                ((sku, wanted),) = block.units.items()
                most = min(wanted, place.units.get(sku, 0))
                if most:
                    variable = self.model.variable(most)
                    self.model.row({variable: 1, self.opened[index]: -most}, high=0)
                    self.given[index].append((variable, {sku: 1}))
                    able.append(variable)
            elif all(place.units.get(sku, 0) >= n for sku, n in block.units.items()):
                variable = self.model.variable()
                self.model.row({variable: 1, self.opened[index]: -1}, high=0)
                self.given[index].append((variable, block.units))
                able.append(variable)
        every = sum(block.units.values()) if block.divisible else 1
        if able:
            self.model.row(dict.fromkeys(able, 1), low=every, high=every)
        else:
            self.model.row({}, low=1)  # nobody can

    def _place(self, index: int, place: Place) -> None:
        question, given = self.question, self.given[index]
        for sku in question.wanted:
            load = {variable: units[sku] for variable, units in given if sku in units}
            if load:
                self.model.row(load | {self.opened[index]: -place.units.get(sku, 0)}, high=0)
        pieces = {variable: sum(units.values()) for variable, units in given}
        self.model.row(pieces | {self.opened[index]: -1}, low=0)  # a shipment holds something
        if question.most_units is not None:
            self.model.row(pieces | {self.opened[index]: -question.most_units}, high=0)
        if "cost" in question.objectives:
            self._money(index, place)

    def _money(self, index: int, place: Place) -> None:
        self.costs[self.opened[index]] = place.fixed
        for variable, units in self.given[index]:
            self.costs[variable] = sum((place.per_unit or {}).get(sku, 0) * n for sku, n in units.items())
        grams = self.question.grams or {}
        weight = {v: sum(grams.get(sku, 0) * n for sku, n in units.items()) for v, units in self.given[index]}
        heaviest = sum(grams.get(sku, 0) * n for sku, n in self.question.wanted.items())
        bands, heavier, lighter = {}, {}, 0
        for up_to, amount in place.bands:
            band = self.model.variable()
            bands[band], heavier[band] = min(up_to, heaviest), lighter
            self.costs[band] = amount
            lighter = min(up_to, heaviest) + 1
        self.model.row(dict.fromkeys(bands, 1) | {self.opened[index]: -1}, low=0, high=0)
        self.model.row(weight | {band: -most for band, most in bands.items()}, high=0)
        self.model.row(weight | {band: -least for band, least in heavier.items()}, low=0)

    def _worth(self, least: int) -> None:
        """Each of several parcels is worth so much."""
        several = self.model.variable()
        self.model.row(dict.fromkeys(self.opened, 1) | {several: 1 - self.question.most}, high=1)
        for index, opened in enumerate(self.opened):
            value = {variable: self.question.worth(units) for variable, units in self.given[index]}
            scale = gcd(least, *value.values()) or 1
            terms = {variable: worth // scale for variable, worth in value.items()}
            self.model.row(terms | {opened: -least // scale, several: -least // scale}, low=-least // scale)

    def _latest(self, moments: list[int]) -> Terms:
        """The latest of the opened places' moments, counted from the earliest there is, which is always paid."""
        earliest, last = min(moments), max(moments)
        latest, always = self.model.variable(last - earliest), self.model.variable()
        self.model.row({always: 1}, low=1)
        for opened, moment in zip(self.opened, moments, strict=True):
            self.model.row({latest: 1, opened: earliest - moment}, low=0)
        return {latest: 1, always: earliest}


def _total(terms: Terms, solution: list[int]) -> int:
    return sum(n * solution[column] for column, n in terms.items())
