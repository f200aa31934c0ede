"""Cursors as callers may forge them: each is refused at once, whatever it holds."""

import json
import time
from base64 import b64encode
from contextlib import suppress

import pytest
from sqlalchemy import BigInteger, Boolean, Integer, Text
from sqlalchemy.types import TypeEngine

from graph.compile.page import read_cursor
from graph.compile.shape import MOMENT
from graph.errors import RequestRefused

HASH = "1abcdef01"
NO_KEYS: tuple[object, ...] = (2**64, 1.5, "5", None, [], True)
WORDS: tuple[object, ...] = (*NO_KEYS, 2**63, -(2**63) - 1, 1e300, "", "infinite", {}, [5])


def forged(word: object) -> str:
    return b64encode(json.dumps([HASH, word]).encode()).decode()


@pytest.mark.parametrize("type_", [Integer(), BigInteger(), Boolean(), Text(), MOMENT], ids=str)
@pytest.mark.parametrize("word", WORDS, ids=str)
def test_a_word_that_no_key_of_that_type_can_be_is_refused_at_once(
    word: object, type_: TypeEngine[object]
) -> None:
    begun = time.process_time()
    with suppress(RequestRefused):
        [found] = read_cursor(forged(word), HASH, [type_])
        assert found == word, "what is read is what was written"
        assert type(found) is type(word)
    assert time.process_time() - begun < 0.25


@pytest.mark.parametrize("word", NO_KEYS, ids=str)
def test_what_is_no_number_is_no_key_of_a_number(word: object) -> None:
    with pytest.raises(RequestRefused):
        read_cursor(forged(word), HASH, [BigInteger()])
