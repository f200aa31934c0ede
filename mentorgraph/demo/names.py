"""What people of the demo wiki are called."""

from collections.abc import Iterator
from random import Random

# fmt: off
FIRST = (
    "Ada", "Amara", "Anouk", "Bashir", "Benedikt", "Bo", "Chidi", "Citlali", "Dara", "Dilnoza", "Edda",
    "Elif", "Emeka", "Farah", "Fenna", "Gita", "Goran", "Hana", "Hye-jin", "Ibrahim", "Ines", "Ivo",
    "Jasper", "Jun", "Kavya", "Kim", "Lars", "Leila", "Liang", "Luz", "Maja", "Marek", "Mei", "Milo",
    "Nadia", "Ngozi", "Noor", "Olena", "Oskar", "Paloma", "Pim", "Quentin", "Ravi", "Rosa", "Sanna",
    "Selam", "Tariq", "Thea", "Umi", "Uriel", "Vera", "Viggo", "Wanda", "Wiremu", "Xenia", "Yara",
    "Yusuf", "Zoë", "Željko", "Ñusta",
)
SECOND = (
    "Archer", "Birch", "Brook", "Cedar", "Cloud", "Comet", "Copper", "Delta", "Ember", "Falcon", "Fern",
    "Finch", "Garnet", "Harbor", "Hazel", "Heron", "Indigo", "Ivy", "Juniper", "Kestrel", "Lantern",
    "Linden", "Lynx", "Maple", "Meadow", "Mistral", "Nectar", "Nimbus", "Oak", "Onyx", "Otter", "Pebble",
    "Pine", "Quartz", "Quill", "Raven", "Reed", "River", "Saffron", "Sparrow", "Tern", "Thistle",
    "Tulip", "Umber", "Velvet", "Willow", "Wren", "Yarrow", "Zephyr",
)
FIRMS = (
    "Acme Widgets", "Blue Harbour Travel", "Sunrise Bakery", "Northwind Plumbing", "Golden Gate Roofing",
    "Vertex Analytics", "Happy Paws Clinic", "Urban Loft Interiors", "Crestview Dental", "Pioneer Solar",
)
# fmt: on
SUFFIXES = ("Ltd", "Inc", "GmbH", "Official", "Marketing", "Team")
OTHER_SCRIPTS = (
    "名無しさん",
    "Пчёлка Майя",
    "Ἀλέξανδρος",
    "محمد الكاتب",
    "สมหญิง",
    "김하늘",
    "A&B 'Co' \"Ltd\" +1",
)


def people(dice: Random) -> Iterator[str]:
    """Names without end, no two alike."""
    taken: set[str] = set()
    yield from OTHER_SCRIPTS
    while True:
        name = f"{dice.choice(FIRST)} {dice.choice(SECOND)}"
        if dice.random() < 0.3:
            name = f"{dice.choice(SECOND)}{dice.choice(FIRST).lower()}{dice.randrange(100)}"
        while name in taken:
            name = f"{name}{dice.randrange(10)}"
        taken.add(name)
        yield name


def firms(dice: Random) -> Iterator[str]:
    """Names of firms, that accounts may not have; no two alike."""
    number = 0
    while True:
        number += 1
        yield f"{dice.choice(FIRMS)} {dice.choice(SUFFIXES)} {number}"
