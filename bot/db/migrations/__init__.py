"""Alembic's migrations, run by `bot/db/migrate.py` and by the alembic command."""
