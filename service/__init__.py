"""The running service: intake, workers, the daemon, and the faces that people use."""
