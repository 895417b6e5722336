"""What the operator of a server does: backup, restore, health checks. docs/operations.md is the guide."""


class Refused(Exception):
    """It is not done; the message is a sentence for the operator and never holds a secret."""
