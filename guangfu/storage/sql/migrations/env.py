"""Run by Alembic, inside the transaction and under the lock that `upgrade` holds."""

from alembic import context

from guangfu.storage.sql.schema import metadata


def run() -> None:
    context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()


if __name__ == "env_py":  # as Alembic loads it; whoever else imports it runs nothing
    run()
