"""What can go wrong with the demo, said so that the reader knows what to do."""


class DemoError(Exception):
    """The demo cannot go on; the text is for the person at the terminal."""


class StartupError(DemoError):
    """A part of the platform did not come up."""


class DeadlineError(DemoError):
    """Something did not happen in time."""


class CallError(DemoError):
    """A service refused what a simulated person asked for, or did not answer in time."""

    def __init__(self, what: str, status: int, code: str) -> None:
        super().__init__(f"{what}: {status} {code}")
        self.status = status
        self.code = code
