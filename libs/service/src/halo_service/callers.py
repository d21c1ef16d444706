"""Who asks: roles and callers. Knows nothing of HTTP, so that use cases may speak of it."""

from dataclasses import dataclass
from enum import StrEnum

from halo_events.contract.event import Actor, ActorRole


class Role(StrEnum):
    """What a token says its bearer may be. PUBLIC is whoever asks without a token."""

    PUBLIC = "public"
    RESIDENT = "resident"
    CLERK = "clerk"
    OFFICER = "officer"
    COORDINATOR = "coordinator"
    OPERATOR = "operator"
    COMMUNITY = "community"
    OPS = "ops"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who was let in.

    `id` is the token's subject, opaque: never a name, a NIK or a phone number. `acting_as` is the role that opened
    the route, the first of those the route allows that the caller has.
    """

    id: str
    roles: frozenset[Role]
    kelurahan_codes: frozenset[str] = frozenset()
    acting_as: Role | None = None

    def actor(self) -> Actor:
        """The actor that events name. Raises ValueError for the public, which acts as nobody."""
        role = self.acting_as or next((role for role in Role if role in self.roles), Role.PUBLIC)
        if role is Role.PUBLIC:
            raise ValueError("a caller without a token is no actor: allow a role other than PUBLIC")
        return Actor(role=ActorRole(role.value), id=self.id)


ANYBODY: Caller = Caller(id="public", roles=frozenset({Role.PUBLIC}), acting_as=Role.PUBLIC)
"""The caller of a public route, with or without a token."""
