"""Greedy arc-eager parsing with sentence breaks, as one compiled loop.

The transition system is spaCy's, so that spaCy can train what this runs: arc-eager (Nivre 2003,
2008) with the non-monotonic Reduce of Honnibal and Johnson 2015, and a Break that starts a
sentence at the second word of the buffer.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.compile import kernel

__all__ = ["BREAK", "LEFT", "N_FEATURES", "REDUCE", "RIGHT", "SHIFT", "parse_greedily"]

SHIFT, REDUCE, LEFT, RIGHT, BREAK = 0, 1, 2, 3, 4
N_FEATURES = 8
"""Words of a state that the classifier sees: B0 B1 S0 S1 S2 and children of B0 and S0."""

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@kernel()
def parse_greedily(  # noqa: PLR0913
    features: Floats,
    no_word: Floats,
    upper: Floats,
    bias: Floats,
    kinds: Ints,
    labels: Ints,
    forced: Ints,
) -> tuple[Ints, Ints]:
    """Parse one text.

    Args:
        features: (n, N_FEATURES, hidden * 2) what each word adds to the hidden layer in each
            place of a state.
        no_word: (N_FEATURES, hidden * 2) what no word adds; it has the bias in place 0.
        upper: (hidden, n_moves) weights from the hidden layer to the moves.
        bias: (n_moves,).
        kinds: (n_moves,) SHIFT to BREAK.
        labels: (n_moves,) the label that the move gives to an arc.
        forced: (n,) 1 where a sentence must start.

    Returns:
        Heads, a root being its own, and labels (-1 for a root), (n,) each.

    Complexity: O(n · n_moves · hidden); every word is shifted at most twice.
    """
    n_words = len(forced)
    heads, given = np.full(n_words, -1), np.full(n_words, -1)
    starts = forced.copy()
    unshiftable = np.zeros(n_words, np.int64)
    # The newest left and right child of each word, and the one before it.
    newest, older = np.full((2, n_words), -1), np.full((2, n_words), -1)
    stack, again = np.empty(n_words + 1, np.int64), np.empty(n_words + 1, np.int64)
    state = np.zeros(3, np.int64)  # sizes of the stack and of `again`, next word of the text
    context = np.empty(N_FEATURES, np.int64)
    valid = np.zeros(5, np.int64)
    hidden, scores = np.empty(upper.shape[0], np.float32), np.empty(len(bias), np.float32)
    while state[0] > 0 or state[1] > 0 or state[2] < n_words:
        first, second = _buffer(again, state, n_words)
        _context(stack, state, newest, first, second, context)
        _score(features, no_word, context, upper, bias, hidden, scores)
        _validate(stack, state, starts, unshiftable, first, second, n_words, valid)
        move = _best(scores, kinds, valid)
        kind, top = kinds[move], state[0] - 1
        if kind == SHIFT:
            _push(stack, again, state, first)
        elif kind == REDUCE:
            word = stack[top]
            state[0] = top
            if heads[word] < 0 and top > 0:
                unshiftable[word] = 1
                again[state[1]] = word
                state[1] += 1
        elif kind == LEFT:
            _attach(heads, newest, older, first, stack[top])
            given[stack[top]] = labels[move]
            unshiftable[first] = 0
            state[0] = top
        elif kind == RIGHT:
            _attach(heads, newest, older, stack[top], first)
            given[first] = labels[move]
            _push(stack, again, state, first)
        else:
            starts[second] = 1
    for word in range(n_words):
        if heads[word] < 0:
            heads[word], given[word] = word, -1
    return heads, given


@kernel()
def _buffer(again, state, n_words):  # type: ignore[no-untyped-def]
    """Return the first two words of the buffer, -1 for none: put back ones come first."""
    size, following = state[1], state[2]
    first = again[size - 1] if size > 0 else following
    second = again[size - 2] if size > 1 else following + (size == 0)
    return (first if first < n_words else -1), (second if second < n_words else -1)


@kernel()
def _context(stack, state, newest, first, second, context):  # type: ignore[no-untyped-def]
    size = state[0]
    context[0], context[1] = first, second
    for place in range(3):
        context[2 + place] = stack[size - 1 - place] if size > place else -1
    top = context[2]
    context[5] = newest[0, first] if first >= 0 else -1
    context[6] = newest[0, top] if top >= 0 else -1
    context[7] = newest[1, top] if top >= 0 else -1


@kernel()
def _score(features, no_word, context, upper, bias, hidden, scores):  # type: ignore[no-untyped-def]  # noqa: PLR0913
    """Fill the scores of the moves: sum, maxout over two pieces, then a linear layer."""
    n_hidden = len(hidden)
    total = np.zeros(2 * n_hidden, np.float32)
    for place in range(N_FEATURES):
        word = context[place]
        row = features[word, place] if word >= 0 else no_word[place]
        for column in range(2 * n_hidden):
            total[column] += row[column]
    for unit in range(n_hidden):
        hidden[unit] = max(total[2 * unit], total[2 * unit + 1])
    for move in range(len(bias)):
        scores[move] = bias[move]
    # Row by row, so that the inner loop runs over what is contiguous, and four rows at a time, so
    # that the scores are read and written less often. The order of the additions is the same.
    n_fours = n_hidden - n_hidden % 4
    for unit in range(0, n_fours, 4):
        a, b, c, d = hidden[unit], hidden[unit + 1], hidden[unit + 2], hidden[unit + 3]
        of_a, of_b, of_c, of_d = upper[unit], upper[unit + 1], upper[unit + 2], upper[unit + 3]
        for move in range(len(scores)):
            score = scores[move] + a * of_a[move]
            score += b * of_b[move]
            score += c * of_c[move]
            scores[move] = score + d * of_d[move]
    for unit in range(n_fours, n_hidden):
        for move in range(len(scores)):
            scores[move] += hidden[unit] * upper[unit, move]


@kernel()
def _best(scores, kinds, valid):  # type: ignore[no-untyped-def]
    """Return the best valid move; some move always is valid."""
    best = -1
    for move in range(len(scores)):
        if valid[kinds[move]] and (best < 0 or scores[move] > scores[best]):
            best = move
    return best


@kernel()
def _validate(stack, state, starts, unshiftable, first, second, n_words, valid):  # type: ignore[no-untyped-def]  # noqa: PLR0913
    depth = state[0]
    n_left = n_words - state[2] + state[1]
    open_first = first >= 0 and starts[first] == 0
    valid[SHIFT] = depth == 0 or (n_left >= 2 and open_first and unshiftable[first] == 0)
    valid[REDUCE] = depth > 0
    valid[LEFT] = depth > 0 and n_left > 0 and open_first
    valid[RIGHT] = valid[LEFT]
    valid[BREAK] = n_left >= 2 and second == first + 1 and starts[second] == 0


@kernel()
def _push(stack, again, state, word):  # type: ignore[no-untyped-def]
    if state[1] > 0:
        state[1] -= 1
    else:
        state[2] += 1
    stack[state[0]] = word
    state[0] += 1


@kernel()
def _attach(heads, newest, older, head, child):  # type: ignore[no-untyped-def]
    """Give the child a head, in place of the one that it may have had."""
    old = heads[child]
    if old >= 0:
        side = int(old < child)
        if newest[side, old] == child:
            newest[side, old] = older[side, child]
        else:
            node = newest[side, old]
            while older[side, node] != child:
                node = older[side, node]
            older[side, node] = older[side, child]
    side = int(head < child)
    older[side, child] = newest[side, head]
    newest[side, head] = child
    heads[child] = head
