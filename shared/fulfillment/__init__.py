"""Click-and-collect and ship-from-store: the package behind every function of the router."""
