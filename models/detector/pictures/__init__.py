"""What a detector is shown: prepared, gathered, split, and put on other grounds."""
