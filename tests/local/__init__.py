"""The emulator's driver: start, build, deploy, people, and calls as a checkout, operations or staff make them."""
