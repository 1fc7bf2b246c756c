"""What Alembic runs for every migration: on the connection that `database` gives it, in its transaction."""

from alembic import context

from matinee.store.rights.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
