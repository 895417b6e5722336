"""Ranking by meaning: an optional extra, which nothing imports until the setting EMBEDDER names an embedder."""

import os

# Read when numpy is imported. Each worker of a server answers by itself, and several threads of each for one product
# would wait for each other; where there is much to embed, this program's own threads share it out.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
