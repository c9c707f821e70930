"""What Alembic runs: the migrations, inside the transaction that it is handed."""

from alembic import context

from slowatch.ledger.schema import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
