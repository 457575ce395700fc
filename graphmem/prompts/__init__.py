"""What LLMs are asked, as files with versions: `<task>-v<number>.md`."""
