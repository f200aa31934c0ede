"""Hints: whoever has put something into a feed says so here, after the commit."""

from mentorgraph.watching.news import News
from models.relay import Relay


class Hints:
    """Wakes the news desk of this process, and lets the relay tell the others. Before both are there, nothing."""

    def __init__(self) -> None:
        self.news: News | None = None
        self.relay: Relay | None = None

    def tell(self, wiki: int) -> None:
        """There is news of that wiki."""
        if self.news is not None:
            self.news.hint(frozenset([wiki]))
        if self.relay is not None:
            self.relay.tell(wiki)

    @property
    def leads(self) -> bool:
        """Whether it is this process's turn to announce."""
        return self.relay is not None and self.relay.leads
