"""How good each approach is, told by pictures that it has not seen."""
