"""How tokens look: 256 random bits, a mark that tells what it is, a checksum that tells a slip; kept as a digest."""

from hashlib import sha256
from secrets import token_bytes
from string import ascii_letters, digits
from typing import Final
from zlib import crc32

MARK: Final = "mgt_"
"""What every token begins with, so that those who scan for lost secrets find it."""
ALPHABET: Final = digits + ascii_letters
BODY: Final = 43
"""Characters of 62 kinds that 256 bits take."""
CHECK: Final = 6
"""Characters of the checksum."""
SHOWN: Final = len(MARK) + 6
"""Characters by which people tell one from another: 36 bits of 256."""
LONGEST: Final = 256


def new_token() -> str:
    """A token that nobody can guess."""
    return written(token_bytes(32))


def written(secret: bytes) -> str:
    """These 32 bytes as a token."""
    body = _spelled(int.from_bytes(secret), BODY)
    return f"{MARK}{body}{_spelled(crc32(f'{MARK}{body}'.encode()), CHECK)}"


def digest_of(token: str) -> bytes:
    """What is kept of a token, and what it is looked up by: there is no secret to compare."""
    return sha256(token.encode()).digest()


def is_mistaken(token: str) -> bool:
    """Whether it is none for certain: one of ours whose checksum is wrong, or far too long."""
    if len(token) > LONGEST:
        return True
    if not token.startswith(MARK):
        return False
    return not token.isascii() or _spelled(crc32(token[:-CHECK].encode()), CHECK) != token[-CHECK:]


def _spelled(number: int, length: int) -> str:
    spelled = ""
    for _ in range(length):
        number, place = divmod(number, len(ALPHABET))
        spelled = ALPHABET[place] + spelled
    return spelled
