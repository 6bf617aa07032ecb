"""The HTTP contract: what comes in, what goes out, who may ask, and the OpenAPI document made from it."""
