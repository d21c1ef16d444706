"""The lists of dispatch, as they show on somebody's screen."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from halo_demo.people.calls import Person
from halo_demo.people.office import Office

PAGE: Final = 100


async def find_listed(office: Office, person: Person, path: str, request_id: UUID) -> Mapping[str, Any] | None:
    """Look for a request through all pages of a list; None where it is on none."""
    cursor, more = "", "&" if "?" in path else "?"
    while True:
        page = await office.line.get("dispatch", f"{path}{more}limit={PAGE}{cursor}", person)
        for row in page["items"]:
            if row["request_id"] == str(request_id):
                found: Mapping[str, Any] = row
                return found
        if not page.get("next_cursor"):
            return None
        cursor = f"&cursor={page['next_cursor']}"
