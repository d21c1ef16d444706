from typing import TYPE_CHECKING

from halo_notify.domain.rules import RULES, rules_for

if TYPE_CHECKING:
    from conftest import Story


class TestRules:
    def test_identity_of_a_row(self) -> None:
        """No two rows make one message."""
        keys = [(rule.event, rule.recipient, rule.template) for rule in RULES]

        assert len(set(keys)) == len(keys)

    def test_offer_to_another(self, story: "Story") -> None:
        """An officer is told of an offer."""
        assert [rule.template for rule in rules_for(story.offered())] == ["assignment_offered"]

    def test_offer_of_his_own_request(self, story: "Story") -> None:
        """An officer who entered a request himself is not asked to take it."""
        assert rules_for(story.offered("entered_by_officer")) == ()

    def test_event_of_nobody(self, story: "Story") -> None:
        """Of most events nobody is told."""
        assert rules_for(story.left()) == ()
