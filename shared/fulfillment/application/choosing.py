"""By which policy an order is decided, and what a decision needs to know of its goods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from fulfillment.application.ports import ConfigRepository
from fulfillment.domain.basket import Basket, Line, Method
from fulfillment.domain.decision import Item
from fulfillment.domain.order import Order
from fulfillment.domain.policy import OrderFacts, Policy, policy_for
from fulfillment.domain.product import Product


def policy_of(
    config: ConfigRepository, basket: Basket, method: Method, products: Mapping[str, Product], now: datetime
) -> Policy:
    """The policy that applies to an order: the first by its priority, else ``default``."""
    value = value_of(basket.lines, products)
    facts = OrderFacts(basket.channel, method, basket.customer.country, value, now)
    policies = config.policies()
    return policy_for(facts, policies, config.policy("default"))


def policy_again(config: ConfigRepository, order: Order) -> Policy:
    """The policy that an order was decided by, as it is now; as it was then, where this is not known here yet."""
    newest = config.policy(order.policy_name)
    if newest.version >= order.policy_version:
        return newest
    return config.policy_version(order.policy_name, order.policy_version) or config.policy(Policy().name)


def items_of(products: Mapping[str, Product]) -> Mapping[str, Item]:
    """Weights, tags and prices by SKU."""
    return {
        sku: Item(product.weight_grams, product.tags, product.price.amount if product.price else None)
        for sku, product in products.items()
    }


def value_of(lines: Sequence[Line], products: Mapping[str, Product]) -> Decimal | None:
    """What the lines come to: each at its own price, or else at its product's; None when one has neither."""
    prices = [_price(line, products.get(line.sku)) for line in lines]
    if None in prices:
        return None
    return sum(
        (price * line.quantity for line, price in zip(lines, prices, strict=True) if price), Decimal(0)
    )


def _price(line: Line, product: Product | None) -> Decimal | None:
    if line.unit_price is not None:
        return line.unit_price.amount
    return product.price.amount if product and product.price else None
