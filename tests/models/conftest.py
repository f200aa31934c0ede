"""The desk that the tests of the ledger sit at."""

from models_desk import desk

__all__ = ["desk"]
