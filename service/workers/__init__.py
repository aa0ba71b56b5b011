"""What judges scans: the engine of a process, the walk of a scan, and who runs it where."""
