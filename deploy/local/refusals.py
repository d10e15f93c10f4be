"""Why something cannot be done on this machine, each in one sentence that says what to do."""


class Refused(Exception):
    """What the command line prints as it stands, without a traceback."""


class NotInstalled(Refused):
    """A program that we start is not to be found."""


class PortTaken(Refused):
    """Somebody else listens where we would."""


class AlreadyRunning(Refused):
    """One supervisor is enough for a checkout."""


class NotRunning(Refused):
    """What was asked needs the checkout to be up."""


class ProgramDied(Refused):
    """A program that should run has ended by itself."""


class NotReady(Refused):
    """A program runs but has not become ready in its time."""


class NotThere(Refused):
    """Something that was named does not exist."""
