"""Run by Alembic around every migration: in the connection, and the transaction, it was given."""

from alembic import context

from serving.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
