"""The HTTP API: what programs ask and are answered. It speaks to `service.desk` alone."""
