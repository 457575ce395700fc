"""The memory behind interfaces of agent frameworks; each module needs its framework."""
