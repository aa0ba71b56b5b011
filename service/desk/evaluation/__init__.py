"""Evaluating what is known already: the network, and the reading of tickets."""
