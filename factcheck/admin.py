"""Registers the admin pages of accounts; Django looks for this module."""

from factcheck.accounts import admin as accounts

__all__ = ["accounts"]
