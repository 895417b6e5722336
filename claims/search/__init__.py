"""Finding published fact-checks: words and their forms, the index, ranking, and the plain search of the database."""
