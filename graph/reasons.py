"""What a free-text reason means: ordered phrases that turn it into a category."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from graph.kinds import BlockCategory


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """A phrase and what it means: its words as they are found in a reason, `*` for any characters."""

    pattern: str
    category: BlockCategory

    def __post_init__(self) -> None:
        if not self.pattern.replace("*", "").strip():
            raise ValueError("a phrase has at least one letter")


def first_match(rules: Sequence[CategoryRule], reason: str) -> BlockCategory | None:
    """The category of the first rule whose phrase the reason has."""
    text = _folded(reason)
    return next((rule.category for rule in rules if _compiled(rule.pattern).search(text)), None)


def _folded(text: str) -> str:
    """Without case, accents and printers' apostrophes: whoever writes in a hurry leaves them out."""
    apart = unicodedata.normalize("NFKD", text.casefold()).replace("’", "'")
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


@lru_cache(maxsize=1024)
def _compiled(phrase: str) -> re.Pattern[str]:
    """Whole words, so that `spam` isn't found in `spamming`, but `spam*` is."""
    phrase = _folded(phrase).strip()
    start = "" if phrase.startswith("*") else r"(?<!\w)"
    end = "" if phrase.endswith("*") else r"(?!\w)"
    runs = (r"\s+".join(map(re.escape, run.split())) for run in phrase.strip("*").split("*"))
    return re.compile(start + ".*".join(run for run in runs if run) + end, re.DOTALL)


_DEFAULT_PHRASES: dict[BlockCategory, tuple[str, ...]] = {
    # A name is the one thing that a newcomer mends in a day, so it comes first: "promotional username" is a
    # name.
    BlockCategory.USERNAME: (
        "*username*",
        "user name*",
        "uw-uhblock*",
        "uw-ublock*",
        "softerblock",
        "*benutzername*",
        "benutzernamen*",
        "nom d'utilisateur*",
        "pseudonyme*",
        "pseudo inapproprie*",
        "nombre de usuario*",
        "nombre de cuenta*",
    ),
    BlockCategory.SOCKPUPPETRY: (
        "sock*",
        "checkuser*",
        "block evasion",
        "ban evasion",
        "sperrumgehung",
        "mehrfachkonto*",
        "faux-nez",
        "contournement de blocage",
        "titere*",
        "evasion de bloqueo",
    ),
    BlockCategory.HARASSMENT: (
        "harass*",
        "personal attack*",
        "threat*",
        "belastigung*",
        "personliche angriffe",
        "attaque* personnelle*",
        "harcelement",
        "acoso",
        "ataque* personal*",
    ),
    BlockCategory.COPYRIGHT: (
        "copyright*",
        "copyvio*",
        "urheberrecht*",
        "droit* d'auteur",
        "copyvio",
        "derechos de autor",
    ),
    BlockCategory.SPAM: ("spam*", "*spambot*", "werbelink*", "pourriel*", "*spam-only*"),
    BlockCategory.PROMOTION: (
        "promo*",
        "advertis*",
        "paid editing",
        "undisclosed paid",
        "werbung*",
        "werbekonto",
        "publicit*",
        "publicidad*",
        "autopromo*",
    ),
    BlockCategory.EDIT_WARRING: (
        "edit war*",
        "edit-war*",
        "three-revert*",
        "3rr",
        "editwar",
        "bearbeitungskrieg",
        "guerre d'edition",
        "guerra de edicion*",
    ),
    BlockCategory.VANDALISM: (
        "vandal*",
        "vandalism-only*",
        "not here to build an encyclopedia",
        "vandalismus*",
        "unsinnige bearbeitung*",
        "kein wille zur*mitarbeit",
        "vandalisme*",
        "vandalismo*",
    ),
    BlockCategory.DISRUPTION: (
        "disrupt*",
        "trolling",
        "storung*",
        "wiederholte storungen",
        "desorganisation*",
        "comportement perturbateur",
        "disruptiv*",
    ),
}

DEFAULT_RULES: tuple[CategoryRule, ...] = tuple(
    CategoryRule(phrase, category) for category, phrases in _DEFAULT_PHRASES.items() for phrase in phrases
)
