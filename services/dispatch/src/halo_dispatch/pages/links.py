"""Where the pages of other services are."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class DocumentsPages:
    """The pages of documents, where an officer records the need and takes photos of papers."""

    origin: str | None
    """As browsers reach them; None where nobody said."""

    def papers(self, request_id: UUID) -> str | None:
        """The page with the papers of a request, or None where it is not known."""
        return f"{self.origin}/officer/requests/{request_id}/papers" if self.origin else None
