"""What Alembic runs around revisions: they change a database that is open, in its caller's transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
