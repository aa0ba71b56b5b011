"""The ledger in SQLite, and filing that never overwrites."""
