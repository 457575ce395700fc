"""Print how many things are taken for what they are: `python -m scripts.measure_sorts`.

The pairs were made up by hand; a part of them was looked at while the bars were chosen.
"""

from __future__ import annotations

from graphmem.models.minilm import MiniLMEncoder
from graphmem.reading.sorts import is_one, is_sort

_FITTING = """
instrument > cello; instrument > piano; instrument > ukulele; breed > beagle; breed > golden
retriever; breed > siamese; car > Fiat Panda; car > Toyota; car > red Honda Civic; language >
Spanish; language > Portuguese; sport > tennis; sport > climbing; sport > judo; pet > dog; pet >
hamster; pet > cat; job > nurse; job > structural engineer; job > baker; profession > lawyer;
colour > teal; colour > green; color > burgundy; fruit > mango; food > lasagna; food > sushi;
drink > oat milk latte; drink > green tea; allergy > peanuts; medication > sertraline; medicine
> ibuprofen; phone > Pixel 8; phone > iPhone 15; bank > Revolut; bank > ING; game > Zelda; game
> chess; book > Dune; film > Amelie; movie > Inception; band > Radiohead; hobby > pottery; hobby
> birdwatching; hobby > photography; subject > physics; subject > chemistry; school > St Mary's
Primary; university > KU Leuven; team > Arsenal; team > Ajax; airline > Ryanair; app > Notion;
app > Todoist; laptop > MacBook Pro; laptop > ThinkPad; city > Lisbon; country > Norway; company
> Siemens; vehicle > scooter; plant > monstera; flower > tulips; cheese > brie; wine > Rioja;
shoe brand > Nike; hotel > Hilton; diet > vegan; religion > Buddhism; bike > gravel bike; editor
> Vim; programming language > Rust; database > Postgres; supermarket > Lidl; gym > PureGym;
insurance > Allianz; clothing size > medium
"""
_OTHERS = """
instrument > tennis; guitar > cello; dog > cat; car > cat; coffee > oat milk; wine > green tea;
phone > Linux; religion > sister called Mieke; song > poems; colour > beagle; sport > cello;
book > tennis; fruit > oat milk; drink > peanuts; language > Python; city > Norway; country >
Lisbon; job > tennis; hobby > nurse; pet > guitar; game > cello; film > Dune; medication >
peanuts; band > piano; bank > Siemens; laptop > Pixel 8; phone > MacBook; airline > Renfe; car >
gravel bike; bike > Volvo; gym > yoga; school > Lidl; diet > sushi; breed > nurse
"""


def _taken(pairs: str, encoder: MiniLMEncoder) -> str:
    told = [pair.split(" > ") for pair in " ".join(pairs.split()).split("; ")]
    taken = [is_sort(sort) and is_one(sort, [thing], encoder) for sort, thing in told]
    return f"{sum(taken)} of {len(taken)}"


def main() -> None:
    """Print how many pairs are taken for a thing of its sort, and how many that do not fit."""
    encoder = MiniLMEncoder()
    print(f"of their sort: {_taken(_FITTING, encoder)}")
    print(f"of another sort, and taken for theirs: {_taken(_OTHERS, encoder)}")


if __name__ == "__main__":
    main()
