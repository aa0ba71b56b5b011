"""How good a reading is: words and fields compared with the truth, and where the truth is read."""
