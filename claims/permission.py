"""Whether an account may take a step at the desk: asked here by every door that changes what others rely on."""

from django.conf import settings
from django.contrib.auth.models import User

from claims import roles


def objection(by: User, permission: str, *, to: str, public: bool = False) -> str:
    """Why `by` may not, in a sentence; empty where they may.

    `permission` is Django's name of it ("claims.publish_verdict"), `to` finishes the sentence "You may not …", and
    `public` says that readers see what comes of it: where the operator asks for a second factor, it is asked for then.
    """
    if not by.is_active or not by.is_staff:
        return "Only an active member of the staff can do this."
    if not by.has_perm(permission):
        return (
            f"Your account does not have the permission to {to}; "
            f"the groups that have it: {', '.join(roles.groups_with(permission))}."
        )
    is_verified = getattr(by, "is_verified", None)
    if public and settings.SECOND_FACTOR_FOR_PUBLISHING and not (is_verified and is_verified()):
        return (
            "This server asks for a second factor before anything is published: "
            "set one up under Account, and sign in with its code."
        )
    return ""
