"""Alembic's entry: it migrates over the connection that the store hands in. No settings, no URL."""

from alembic import context

from kb_pipeline.adapters.store_sql.schema import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
