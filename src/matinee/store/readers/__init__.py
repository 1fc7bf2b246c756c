"""Foreign files: each reader turns one kind of file into batches of rows for the tables of Matinee."""
