"""What two people say of their own is kept apart, and each of them is known by it."""

from graphmem import Memory


def held(memory: Memory, entity: str) -> list[str]:
    return sorted(fact.text for fact in memory.current(entity))


def test_what_one_says_of_their_own_does_not_end_what_another_says() -> None:
    memory = Memory("memory://")
    said = [
        ("Mara", "My favourite colour is blue. My dad lives in Faro."),
        ("Ben", "My favourite colour is red. My dad lives in Kiel."),
    ]
    for number, (speaker, text) in enumerate(said, 1):
        at = f"2024-01-0{number}"
        memory.add([{"speaker": speaker, "text": text}], source=f"chat {number}", at=at)
    assert held(memory, "Mara's dad") == ["Mara has dad", "Mara's dad lives in Faro"]
    assert held(memory, "Ben's dad") == ["Ben has dad", "Ben's dad lives in Kiel"]
    assert held(memory, "Mara") == ["Mara has dad", "Mara's favourite colour is blue"]
    assert held(memory, "Ben") == ["Ben has dad", "Ben's favourite colour is red"]
