"""One module a migration, each frozen once it is released."""
