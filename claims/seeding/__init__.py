"""Seed files: facts, short quotations and findings as YAML that a person reviews in a diff."""
