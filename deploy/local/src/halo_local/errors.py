"""What can go wrong with the local stack, said in one line that names the remedy."""


class LocalStackError(Exception):
    """The local stack can't do what was asked; the text says what to do about it."""


class MissingToolError(LocalStackError):
    """A program that the machine must have is not there."""


class BuildError(LocalStackError):
    """A server could not be built or its template not made."""


class StartError(LocalStackError):
    """A server did not start, or did not answer in time."""


class EndpointError(LocalStackError):
    """The environment does not name the servers to use."""


class EngineError(LocalStackError):
    """The Docker engine is away, or can't do what was asked."""
