"""What alembic runs around the migrations, inside the transaction that it is handed."""

from __future__ import annotations

from alembic import context

from storage import tables, views


def run() -> None:
    """Run the migrations between taking views and triggers away and making them again."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=tables.metadata,
        include_object=views.is_a_table_of_ours,
        render_as_batch=True,
    )
    with views.set_aside(connection):
        context.run_migrations()


run()
