"""What we keep: one table a file, the only writer (`ledger`) and the only reader (`reader`)."""

from models.account import Account, AccountName, SuppressedName
from models.block import Block, BlockSpan
from models.deed import Deed
from models.event import FeedClock, RelationshipEvent
from models.fact import Fact, FactText, HiddenText
from models.idempotency import IdempotencyKey, IdempotencyStep
from models.job import Job, JobPart
from models.mentee import MenteeSpan, Need
from models.mentor import Mentor, MentorTerm
from models.outbox import Outbox
from models.policy import Policy
from models.position import SourcePosition
from models.relationship import Relationship, RelationshipSpan
from models.role import Role
from models.star import Star
from models.token import Token
from models.webhook import Webhook
from models.wiki import Wiki

__all__ = [
    "Account",
    "AccountName",
    "Block",
    "BlockSpan",
    "Deed",
    "Fact",
    "FactText",
    "FeedClock",
    "HiddenText",
    "IdempotencyKey",
    "IdempotencyStep",
    "Job",
    "JobPart",
    "MenteeSpan",
    "Mentor",
    "MentorTerm",
    "Need",
    "Outbox",
    "Policy",
    "Relationship",
    "RelationshipEvent",
    "RelationshipSpan",
    "Role",
    "SourcePosition",
    "Star",
    "SuppressedName",
    "Token",
    "Webhook",
    "Wiki",
]
