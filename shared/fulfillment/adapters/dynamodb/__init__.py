"""The tables. ``keys`` says how each is reached, ``documents`` how values become attributes and back."""
