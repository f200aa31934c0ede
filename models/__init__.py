"""What we keep: one table a file, the only writer (`ledger`) and the only reader (`reader`)."""

from models.account import Account, AccountName, SuppressedName
from models.block import Block, BlockSpan
from models.event import RelationshipEvent
from models.fact import Fact, FactText
from models.job import Job
from models.mentee import MenteeSpan, Need
from models.mentor import Mentor, MentorTerm
from models.outbox import Outbox
from models.policy import Policy
from models.relationship import Relationship, RelationshipSpan
from models.wiki import Wiki

__all__ = [
    "Account",
    "AccountName",
    "Block",
    "BlockSpan",
    "Fact",
    "FactText",
    "Job",
    "MenteeSpan",
    "Mentor",
    "MentorTerm",
    "Need",
    "Outbox",
    "Policy",
    "Relationship",
    "RelationshipEvent",
    "RelationshipSpan",
    "SuppressedName",
    "Wiki",
]
