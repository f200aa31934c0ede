"""What an operator is shown of what is to be done on wikis, and can do about it: the command `mentorgraph outbox`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from rich.table import Table

from graph.errors import Refused
from graph.kinds import UserErrorCode
from mentorgraph.outbox.letters import Choice, LeftOut, Letter, NotYet, digest, what_to_do
from mentorgraph.upkeep import CONSOLE
from models.ledger import Ledger
from models.ledger.connections import wall_clock
from models.ledger.deliveries import Delivery

SHOWN: Final = 200
"""Of each wiki, the oldest."""


async def show(dsn: str) -> None:
    """How much there is to do on each wiki, and what was given up."""
    async with Ledger.open(dsn, size=1) as ledger:
        for name, wiki in (await ledger.wikis()).items():
            heap = await ledger.deliveries.heap(wiki)
            since = "" if heap.since is None else f", the oldest since {heap.since:%Y-%m-%d %H:%M} UTC"
            CONSOLE.print(f"{name}: {heap.waiting} to do{since}; {heap.dead} given up")
            table = Table("delivery", "what", "since", "tries", "why it was given up")
            for one in await ledger.deliveries.dead(wiki, SHOWN):
                moment = f"{one.created_at:%Y-%m-%d %H:%M}"
                table.add_row(f"{name}/{one.id}", one.notification, moment, str(one.tries), one.said)
            if table.row_count:
                CONSOLE.print(table)


async def rehearse(dsn: str, language: str) -> None:
    """What would be done on each wiki now, and what would be left out, and why. Nothing is done."""
    now = wall_clock()
    async with Ledger.open(dsn, size=1) as ledger:
        for name, wiki in (await ledger.wikis()).items():
            for some in _together(await ledger.deliveries.waiting(wiki, SHOWN), language, now):
                named = ", ".join(f"{name}/{one.id}" for one in some)
                CONSOLE.print(f"[bold]{named}[/bold] {some[0].notification}: ", end="")
                CONSOLE.print(_said(some, language, now), markup=False)


def _together(waiting: Sequence[Delivery], language: str, now: datetime) -> Iterable[Sequence[Delivery]]:
    """What would be one letter, and all else by itself."""
    found: dict[object, list[Delivery]] = {}
    for one in waiting:
        is_letter = isinstance(what_to_do(one, language, now), Letter)
        found.setdefault((one.mentor_id, one.notification) if is_letter else one.id, []).append(one)
    return found.values()


def _said(some: Sequence[Delivery], language: str, now: datetime) -> str:
    said = digest(some, language, now) if len(some) > 1 else what_to_do(some[0], language, now)
    match said:
        case LeftOut(why):
            return f"left out, for {why}"
        case NotYet(why):
            return f"later, for {why}"
        case Letter() as letter:
            return f"User talk:{letter.to}\n    == {letter.heading} ==\n    {letter.wikitext}"
        case Choice() as choice:
            return (
                f"{choice.mentor} is set as the mentor of {choice.mentee}, unless somebody has chosen since"
            )


async def retry(dsn: str, named: str) -> None:
    """Try again what was given up on a wiki: one thing, named as `show` does, or all."""
    name, _, number = named.partition("/")
    async with Ledger.open(dsn, size=1) as ledger:
        wiki = (await ledger.wikis()).get(name)
        if wiki is None or not (number == "" or number.isdecimal()):
            raise Refused(
                UserErrorCode.NOT_FOUND, f"There is no {named}; name a wiki, or enwiki/12 as the list does."
            )
        count = await ledger.deliveries.revive(wiki, int(number) if number else None)
    CONSOLE.print(f"{count} will be tried again.")
