"""What the server is asked, as bodies of requests."""

import json
import random
from typing import Any, Final

from seed_reads import WIKI, Seeded

PAGE: Final = """
query Page($wiki: String!, $mentor: BigInt!, $first: Int!) {
  wiki(dbName: $wiki) {
    mentor(by: {userId: $mentor}) {
      mentees(first: $first) {
        nodes {
          name
          state
          blocks(where: {open: true}, first: 1) { nodes { reason category } }
          events(first: 3) { nodes { kind at } }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""
TRIVIAL: Final = "{ __typename }"

# 25 fields, as in the trial that the promise comes from. Each is given a name that was never there before.
FRESH: Final = """
query Fresh($wiki: String!, $mentor: BigInt!) {
  w_%(n)d: wiki(dbName: $wiki) {
    m_%(n)d: mentor(by: {userId: $mentor}) {
      a_%(n)d: name
      b_%(n)d: status
      c_%(n)d: editCount
      p_%(n)d: mentees(first: 50) {
        q_%(n)d: nodes {
          d_%(n)d: id
          e_%(n)d: name
          f_%(n)d: state
          g_%(n)d: registeredAt
          h_%(n)d: editCount
          i_%(n)d: lastEditAt
          j_%(n)d: relationship { k_%(n)d: state l_%(n)d: startedAt }
          o_%(n)d: blocks(where: {open: true}, first: 1) {
            r_%(n)d: nodes { s_%(n)d: reason t_%(n)d: category }
          }
          u_%(n)d: events(first: 3) { v_%(n)d: nodes { x_%(n)d: kind y_%(n)d: at } }
        }
        z_%(n)d: pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""
MENTORS: Final = 2_000
"""Mentors that are asked about, at most."""


def body(document: str, **variables: Any) -> str:
    """One request."""
    return json.dumps({"query": document, "variables": variables})


def mentors(seeded: Seeded) -> int:
    """How many mentors are asked about: 1 to this, each of whom has as many mentees."""
    return min(MENTORS, seeded.mentors)


def pages(seeded: Seeded, first: int) -> list[str]:
    """The page of each of the mentors."""
    return [body(PAGE, wiki=WIKI, mentor=str(n + 1), first=first) for n in range(mentors(seeded))]


def great_page(seeded: Seeded) -> list[str]:
    """The page of the mentor with ten thousand mentees."""
    return [body(PAGE, wiki=WIKI, mentor=str(seeded.great), first=50)]


def fresh(seeded: Seeded, count: int) -> list[str]:
    """Documents that no server has seen."""
    numbers = random.sample(range(10**8, 10**9), count)
    return [body(FRESH % {"n": n}, wiki=WIKI, mentor=str(1 + n % mentors(seeded))) for n in numbers]
