"""The database of rights: SQLite in the service's folder, or PostgreSQL."""
