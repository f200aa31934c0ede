"""Why a tie ended, as it is told: an opt-out is private, and reads as an end by hand to whoever may not know of it.

No reason at all would give it away, for every other end has one. After both nobody is drawn or restored.
"""

from typing import Any

import models
from graph.compile.words import same, when
from graph.kinds import EndReason


def told(tie: models.Relationship, may_know: Any) -> Any:
    """The reason, for a caller who may know of an opt-out, or may not."""
    is_private = same(tie.ends_because, EndReason.OPTED_OUT.value)
    return when(may_know, tie.ends_because, when(is_private, EndReason.ENDED_BY_HAND.value, tie.ends_because))
