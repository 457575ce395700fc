"""`graphmem bench batch`: jobs by their floors, measured in one run.

Ingestion by embedding alone, an LLM's share of what it could answer at best, Ray by local
processes, and the memory of a job by its length.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from graphmem.bench.speed_texts import make_passages
from graphmem.bench.timing import PEAK_MB, run_fresh
from graphmem.models.registry import open_embedder
from graphmem_pipelines.bench.stub import stub_llm
from graphmem_pipelines.engines.base import Recipe
from graphmem_pipelines.engines.registry import EngineChoice
from graphmem_pipelines.ingestion import ingest_into
from graphmem_pipelines.jobs.asking import LLMChoice
from graphmem_pipelines.jobs.ingest import Ingest
from graphmem_pipelines.jobs.report import JobProgress

__all__ = ["TARGETS", "BatchReport", "run_batch"]

TARGETS: Mapping[str, tuple[str, str]] = {
    "local_vs_embedder": ("rate of a local job by that of embedding alone", "≥ 0.8"),
    "llm_vs_ideal": ("calls/s of an LLM of 200 ms by 16 callers' 80", "≥ 0.8"),
    "ray_vs_local": ("rate of a job on Ray by that of a local one", "≥ 0.75"),
    "memory_long_vs_short": ("peak memory of a long job by that of a short one", "≤ 1.2"),
}

_DELAY_S, _CALLERS = 0.2, 16
_PEAK = (
    PEAK_MB
    + """
import sys
from graphmem_pipelines import ingest
report = ingest(sys.argv[1], sys.argv[2])
assert report.ok, report
print(peak_mb())
"""
)


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What was measured.

    Attributes:
        figures: by the names in `TARGETS`; None where it could not be measured.
        details: what they were made of.
        notes: why figures are missing.
    """

    figures: Mapping[str, float | None]
    details: Mapping[str, float]
    notes: tuple[str, ...]

    def to_json(self) -> str:
        """Return one JSON object: the figures, then `details` and `notes`."""
        figures = {name: self.figures.get(name) for name in TARGETS}
        return json.dumps({**figures, "details": dict(self.details), "notes": list(self.notes)})

    def lines(self) -> list[str]:
        """Return the figures with their targets, for people."""
        lines = [f"{'':<24}{'measured':>10}  {'target':<8} what"]
        for name, (meaning, target) in TARGETS.items():
            value = self.figures.get(name)
            shown = "–" if value is None else f"{value:.3f}"
            lines.append(f"{name:<24}{shown:>10}  {target:<8} {meaning}")
        lines += ["", *(f"{name:<32}{value:>10,.1f}" for name, value in self.details.items())]
        return [*lines, *self.notes]


def run_batch(
    report: Callable[[str], None], *, n_items: int = 1_500, n_rounds: int = 3, long: int = 10_000
) -> BatchReport:
    """Measure everything: minutes.

    Args:
        report: hears what is being done.
        n_items: passages of each job.
        n_rounds: how often each kind of job takes its turn; the median counts.
        long: items of the long job, whose memory is compared with that of a tenth of them.
    """
    details: dict[str, float] = {}
    notes: list[str] = []
    with TemporaryDirectory(prefix="graphmem-bench-") as folder:
        bench = _Bench(Path(folder), n_items)
        rates = bench.rates(n_rounds, report, with_ray=find_spec("ray") is not None)
        details |= {f"{name}_per_s": rate for name, rate in rates.items()}
        report(f"an LLM of {_DELAY_S * 1000:.0f} ms, {_CALLERS} at a time")
        details["llm_calls_per_s"] = bench.llm_rate()
        report(f"memory of jobs of {long // 10:,} and {long:,} items")
        details |= {f"mb_at_{n}": bench.peak_mb(n) for n in (long // 10, long)}
    if "ray" not in rates:
        notes.append("ray_vs_local: pip install 'graphmem[ray]'")
    figures = {
        "local_vs_embedder": rates["local"] / rates["embedder"],
        "llm_vs_ideal": details["llm_calls_per_s"] / (_CALLERS / _DELAY_S),
        "ray_vs_local": rates["ray"] / rates["local"] if "ray" in rates else None,
        "memory_long_vs_short": details[f"mb_at_{long}"] / details[f"mb_at_{long // 10}"],
    }
    return BatchReport(figures, details, tuple(notes))


class _Bench:
    """Jobs over made passages in a folder."""

    def __init__(self, folder: Path, n_items: int) -> None:
        self._folder, self._n = folder, n_items
        self._texts = [made.text for made in make_passages(n_items)]
        self._file = folder / "passages.jsonl"
        self._write(self._file, self._texts)
        self._n_jobs = 0

    def rates(
        self, n_rounds: int, report: Callable[[str], None], *, with_ray: bool
    ) -> dict[str, float]:
        """Return passages/s of embedding, of local jobs and of those on Ray, in turns."""
        embedder = open_embedder(None)
        embedder.embed(self._texts[:64])
        seen: dict[str, list[float]] = {}
        for number in range(n_rounds):
            report(f"round {number + 1} of {n_rounds}: {self._n:,} passages each")
            begun = perf_counter()
            embedder.embed(self._texts)
            seen.setdefault("embedder", []).append(self._n / (perf_counter() - begun))
            seen.setdefault("local", []).append(self._rate(EngineChoice("local")))
            if with_ray:
                seen.setdefault("ray", []).append(self._rate(EngineChoice("ray")))
        return {name: median(rates) for name, rates in seen.items()}

    def llm_rate(self) -> float:
        """Return calls/s of a job that asks a stub in a process of its own."""
        with stub_llm(_DELAY_S) as url:
            llm = LLMChoice("openai:stub", url)
            return self._rate(EngineChoice("local"), llm)

    def peak_mb(self, n_items: int) -> float:
        """Return the peak memory of the process that runs a job of short items."""
        path = self._folder / f"short-{n_items}.jsonl"
        self._write(path, [f"Ada bought boat number {n} in Porto." for n in range(n_items)])
        return float(run_fresh(["-c", _PEAK, str(self._store()), str(path)]).strip())

    def _rate(self, engine: EngineChoice, llm: LLMChoice | None = None) -> float:
        """Return passages/s from the first that is stored to the last.

        Processes are started once a job, which says nothing of a long one.
        """
        heard: list[tuple[float, int]] = []

        def hear(progress: JobProgress) -> None:
            heard.append((perf_counter(), progress.n_passages))

        asked = Ingest((str(self._file),), Recipe(), engine, llm, hear)
        done = ingest_into(self._store(), asked)
        assert done.ok, done
        (begun, n_begun), (ended, n_ended) = (
            next(at for at in heard if at[1]),
            heard[-1],
        )
        return (n_ended - n_begun) / (ended - begun)

    def _store(self) -> Path:
        self._n_jobs += 1
        return self._folder / f"{self._n_jobs}.db"

    @staticmethod
    def _write(path: Path, texts: list[str]) -> None:
        with path.open("w", encoding="utf-8") as file:
            for number, text in enumerate(texts):
                file.write(json.dumps({"id": str(number), "text": text}) + "\n")
