"""Alembic's migrations. No ini file: ``storage.migrate`` runs them."""
