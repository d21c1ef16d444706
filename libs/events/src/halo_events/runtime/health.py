"""Whether a loop is able to work, and why not."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Health:
    """The troubles of one loop, by name. It is ready as long as it has none. `alive` ends with the loop."""

    name: str
    alive: bool = True
    troubles: dict[str, str] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether the loop runs and works."""
        return self.alive and not self.troubles

    def trouble(self, what: str, why: str) -> None:
        """Note a trouble, in words without personal data."""
        self.troubles[what] = why

    def well(self, what: str) -> None:
        """Take a trouble back."""
        self.troubles.pop(what, None)
