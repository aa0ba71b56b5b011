"""The view of the classes: examples, what is wrong with them, and a map."""
