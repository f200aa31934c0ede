"""What an operator sees of what is to be done on wikis before it is, and of what was given up."""

import io

import pytest
from rich.console import Console

from following_scene import Scene, at_once, scene
from graph.errors import Refused
from ledger_rows import fetch
from mentorgraph import outboxlist
from mentorgraph.outbox.deliverer import Deliverer
from outbox_office import TALK, happens, office, two_more_are_blocked

__all__ = ["at_once", "scene"]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the commands print."""
    file = io.StringIO()
    monkeypatch.setattr(outboxlist, "CONSOLE", Console(file=file, width=200, highlight=False))
    return file


async def test_a_dry_run_tells_what_would_be_done_and_does_nothing(scene: Scene, said: io.StringIO) -> None:
    await office(scene)
    await happens(scene, "block")
    await outboxlist.rehearse(scene.database, "en")
    assert f"{TALK}\n    == Your mentee Acme Ltd was blocked ==" in said.getvalue()
    assert scene.wiki.pages == {}
    await happens(scene, "unblock")
    await outboxlist.rehearse(scene.database, "en")
    assert "left out, for the block is over, or the tie is" in said.getvalue()
    assert "Mentor Ada is set as the mentor of Acme Ltd, unless somebody has chosen since" in said.getvalue()


async def test_a_dry_run_shows_one_letter_where_one_is_sent(scene: Scene, said: io.StringIO) -> None:
    await office(scene)
    await two_more_are_blocked(scene)
    await outboxlist.rehearse(scene.database, "en")
    assert said.getvalue().count("User talk:") == 1
    assert "== 2 of your mentees were blocked ==" in said.getvalue()


async def test_what_was_given_up_is_listed_and_tried_again(scene: Scene, said: io.StringIO) -> None:
    done: Deliverer = await office(scene)
    await happens(scene, "block")
    await fetch(scene.database, "UPDATE outbox SET state = 'DEAD', said = 'protectedpage' RETURNING id")
    await outboxlist.show(scene.database)
    assert "fakewiki: 0 to do; 1 given up" in said.getvalue()
    assert "protectedpage" in said.getvalue()
    with pytest.raises(Refused, match="There is no otherwiki"):
        await outboxlist.retry(scene.database, "otherwiki")
    await outboxlist.retry(scene.database, "fakewiki")
    assert "1 will be tried again." in said.getvalue()
    await done.deliver()
    assert TALK in scene.wiki.pages
