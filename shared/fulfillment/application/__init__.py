"""What the router does: one module, one command or question. Talks to the world through ``ports`` alone."""
