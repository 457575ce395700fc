"""Prompts that a person picks in a host: remember something, or recall it."""

from __future__ import annotations

from collections.abc import Mapping

from mcp_types import GetPromptResult, Prompt, PromptArgument, PromptMessage, TextContent

from graphmem.errors import InvalidInput
from graphmem_api.mcp.results import Packed
from graphmem_api.mcp.visit import Visit

__all__ = ["get_prompt", "list_prompts"]

_REMEMBER = Prompt(
    name="remember",
    title="Remember",
    description="Keep something for later conversations.",
    arguments=[
        PromptArgument(
            name="what",
            description="What to remember; left out, what matters of this conversation.",
            required=False,
        ),
    ],
)
_RECALL = Prompt(
    name="recall",
    title="Recall",
    description="Answer a question from the memory, with its sources.",
    arguments=[PromptArgument(name="question", description="In plain words.", required=True)],
)


def list_prompts(visit: Visit) -> list[Prompt]:
    """Return the prompts that a visitor may use."""
    return [_REMEMBER, _RECALL] if visit.may_write else [_RECALL]


async def get_prompt(
    name: str, arguments: Mapping[str, str] | None, visit: Visit
) -> GetPromptResult:
    """Return the messages of a prompt.

    Raises:
        InvalidInput: There is no such prompt, or an argument is missing, unknown or too long.
    """
    prompt = {prompt.name: prompt for prompt in list_prompts(visit)}.get(name)
    if prompt is None:
        there = ", ".join(one.name for one in list_prompts(visit))
        raise InvalidInput(f"there is no prompt {name[:80]!r}; there are: {there}")
    given = _checked(prompt, arguments or {}, visit.limits.text_chars)
    if prompt is _REMEMBER:
        text = _remember(given.get("what"))
    else:
        text = await _recall(given["question"], visit)
    message = PromptMessage(role="user", content=TextContent(text=text))
    return GetPromptResult(description=prompt.description, messages=[message])


def _checked(prompt: Prompt, given: Mapping[str, str], n_chars: int) -> dict[str, str]:
    known = {one.name: one for one in prompt.arguments or ()}
    if unknown := sorted(set(given) - set(known)):
        raise InvalidInput(
            f"{prompt.name} has no argument {unknown[0][:80]!r}; there are: {', '.join(known)}"
        )
    said = {name: text for name, text in given.items() if text.strip()}
    for name, argument in known.items():
        if argument.required and name not in said:
            raise InvalidInput(f"{prompt.name} needs {name}: {argument.description}")
        if len(said.get(name, "")) > n_chars:
            raise InvalidInput(f"{name} has more than {n_chars:,} characters: give less")
    return said


def _remember(what: str | None) -> str:
    how = (
        "Write full sentences that name who and what they are about, one fact a sentence, with "
        "dates where they are known, and give `at` where it was said on another day. Then say in "
        "one line what was kept, and which older facts hold no more."
    )
    if what:
        return f"Remember this with the tool add_memory:\n\n{what}\n\n{how}"
    return (
        "Remember with the tool add_memory what of this conversation will matter later: lasting "
        f"facts, decisions, plans and preferences, not the small talk. {how}"
    )


async def _recall(question: str, visit: Visit) -> str:
    async with visit.lend() as memory:
        packed = await memory.context(question, budget=min(1_500, visit.limits.budget))
    told = Packed.of(packed).text()
    if packed.abstained:
        return (
            f"{question}\n\n{told}\nSay that the memory does not know; look again with "
            "search_memories if other words may help."
        )
    return (
        f"{question}\n\nAnswer from what the memory holds, and cite it as [1]. Where it does not "
        f"say, say so.\n\n{told}"
    )
