"""What can go wrong in a way a person should hear about.

    UserError                 its `message` is translated and shown; details are named parameters
    ├── NotFound              the thing behind an old button is gone
    ├── TooMany               a limit of the product, said kindly
    └── …                     each feature adds its own

Anything else that is raised becomes an incident number in `handlers/errors.py`.
"""

from __future__ import annotations


def N_(message: str) -> str:  # gettext's own name for "mark, translate later"
    """Mark a message for the catalogs; it is translated where the reader's language is known."""
    return message


class UserError(Exception):
    """Something the person can understand and act on. Subclasses set `message`, a catalog key."""

    message: str = N_("That did not work. Try again in a minute.")

    def __init__(self, **parameters: object) -> None:
        super().__init__(type(self).__name__)
        self.parameters = parameters


class NotFound(UserError):
    """The plan, slot or check behind a button no longer exists or belongs to somebody else."""

    message = N_("This is no longer there. Send /plans to see what you have.")


class TooManyPlans(UserError):
    """The person keeps as many plans as the bot allows. Parameters: limit."""

    message = N_("You already have {limit} plans. Delete one in /plans, then add this one.")


class AlreadyMarked(UserError):
    """Another member of the group has answered for this slot."""

    message = N_("Somebody has marked this one already.")


class SlotClosed(UserError):
    """The time to answer for this slot is over."""

    message = N_("The time to mark this one is over. The next reminder comes as planned.")
