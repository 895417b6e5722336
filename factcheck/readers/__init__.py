"""Doors for readers: a form to report an error, a form to suggest a claim, and how often they may be used."""
