"""The only writer: one function opens every change, and what it needs stands around it, split by verb."""

from models.ledger.activity import Activity, Noted
from models.ledger.entry import BulkResult, Entry, Recorded, Resigned, Target, Told
from models.ledger.ledger import Ledger
from models.ledger.names import GivenName
from models.ledger.reforms import Reform
from models.ledger.rehearsal import Rehearsal
from models.ledger.transfers import Transferred

__all__ = [
    "Activity",
    "BulkResult",
    "Entry",
    "GivenName",
    "Ledger",
    "Noted",
    "Recorded",
    "Reform",
    "Rehearsal",
    "Resigned",
    "Target",
    "Told",
    "Transferred",
]
