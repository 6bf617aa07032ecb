"""The parts of the decision: who may supply, what a plan costs, and the search for the best one."""
