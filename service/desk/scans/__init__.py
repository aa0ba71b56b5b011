"""The scans of a home: looked at, corrected, moved, judged anew, verified."""
