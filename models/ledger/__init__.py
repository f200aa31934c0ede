"""The only writer: one function opens every change, and what it needs stands around it, split by verb."""

from models.ledger.entry import BulkResult, Entry, Recorded, Resigned, Target
from models.ledger.ledger import Ledger
from models.ledger.names import GivenName

__all__ = ["BulkResult", "Entry", "GivenName", "Ledger", "Recorded", "Resigned", "Target"]
