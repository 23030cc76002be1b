"""Makes what is shipped of a trained second reader: int8 weights in ONNX, calibrated, with figures.

    python -m workers.model.deep_export --data dev.jsonl.gz --model folder --out folder

Calibrated on half of the held-out lines and measured on the other half, by the shipped files
themselves. No set has more than some lines there, so that no large one decides what a probability
means.
"""

import argparse
import json
import logging
import warnings
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from workers.model.deep import HEADS, SecondReader
from workers.model.deep_data import SHARES, Line, read_lines
from workers.model.deep_figures import (
    auc,
    by_identity,
    calibration_error,
    rising_knots,
    threshold_at,
)
from workers.model.deep_training import Reader, encoder_folder

PER_SET = 1_000
PER_LEFT_OUT_SET = 1_500
FALSE_ALARMS = 0.05
STRAIGHT = [[-50.0, -50.0], [50.0, 50.0]]
"""The calibration that leaves scores as they are."""


def export(model: Path, out: Path) -> None:
    """Writes `reader.onnx` and `tokenizer.json`; `reader.json` without a calibration."""
    reader = Reader(encoder_folder())
    reader.load_state_dict(torch.load(model / "reader.pt", weights_only=True))
    reader.eval()
    ids = torch.ones(2, 9, dtype=torch.long)
    axes = {0: "texts", 1: "tokens"}
    whole = out / "whole.onnx"
    with warnings.catch_warnings():
        # The exporter that replaces this one writes weights into a second file.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            reader, (ids, torch.ones_like(ids)), str(whole), opset_version=17, dynamo=False,
            input_names=["ids", "mask"], output_names=["log_odds"],
            dynamic_axes={"ids": axes, "mask": axes, "log_odds": {0: "texts"}},
        )  # fmt: skip
    logging.disable(logging.WARNING)
    # Seven bits a weight: processors without VNNI would overflow with eight, and score otherwise.
    quantize_dynamic(
        whole, out / "reader.onnx", per_channel=True, reduce_range=True,
        weight_type=QuantType.QInt8,
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT, "MatMulConstBOnly": True},
    )  # fmt: skip
    whole.unlink()
    words = (Path(encoder_folder()) / "tokenizer.json").read_bytes()
    # Truncating and padding are the reader's own affair.
    tokenizer = json.loads(words) | {"truncation": None, "padding": None}
    text = json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":"))
    (out / "tokenizer.json").write_text(text, encoding="utf-8")
    write_card(out, {"knots": dict.fromkeys(HEADS, STRAIGHT), "rates": dict.fromkeys(HEADS, 0.5)})


def write_card(out: Path, card: dict[str, Any]) -> None:
    parts = (out / "reader.onnx").read_bytes() + (out / "tokenizer.json").read_bytes()
    card = {"sha256": sha256(parts).hexdigest()} | card
    (out / "reader.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def measured_lines(path: Path, left_out: Sequence[str]) -> list[Line]:
    """Held-out lines: of the fold `dev`, and all lines of sets that trained nothing."""
    unseen = {*left_out, "olid", "unhealthy", "toxic_spans"}
    pools: dict[str, list[Line]] = {}
    for line, trains in read_lines(path):
        if line.source in unseen or (line.source in SHARES and not trains):
            pools.setdefault(line.source, []).append(line)
    random = Random(7)  # noqa: S311 (no secret)
    kept: list[Line] = []
    for source, pool in sorted(pools.items()):
        most = PER_LEFT_OUT_SET if source in unseen else PER_SET
        rare = [line for line in pool if line.bad][: most // 2]
        fine = [line for line in pool if not line.bad]
        kept += rare + random.sample(fine, min(len(fine), most - len(rare)))
    return kept


def calibrate(lines: Sequence[Line], raw: np.ndarray) -> tuple[dict[str, Any], dict[str, float]]:
    """The calibration from every second line of the sets that train; its error on the others."""
    knots, rates, errors = {}, {}, {}
    even = np.arange(len(lines)) % 2 == 0
    known = np.array([line.source in SHARES for line in lines])
    for place, head in enumerate(HEADS):
        said = np.array([int(getattr(line, head)) for line in lines])
        fit, test = known & (said >= 0) & even, known & (said >= 0) & ~even
        knots[head] = rising_knots(raw[fit, place], said[fit])
        rates[head] = round(float(said[fit].mean()), 4)
        xs, ys = zip(*knots[head], strict=True)
        chances = 1 / (1 + np.exp(-np.interp(raw[test, place], xs, ys)))
        errors[head] = round(calibration_error(chances, said[test]), 4)
    return {"knots": knots, "rates": rates}, errors


def set_figures(lines: Sequence[Line], raw: np.ndarray) -> dict[str, dict[str, float]]:
    """The AUC of either head, for each set that has both kinds of lines."""
    sources = np.array([line.source for line in lines])
    bad = np.array([line.bad for line in lines])
    return {
        source: {
            head: round(auc(raw[sources == source, place], bad[sources == source]), 4)
            for place, head in enumerate(HEADS)
        }
        for source in sorted(set(sources.tolist()))
        if len(set(bad[sources == source].tolist())) > 1
    }


def identity_figures(
    reader: SecondReader, harmless: Sequence[str], lines: Sequence[Line], raw: np.ndarray
) -> dict[str, dict[str, Any]]:
    """Harmless mentions of a group flagged, where 5 % of the other sets' fine lines are."""
    found = {}
    scores = raw_scores(reader, harmless)
    others = np.array([line.source != "madlibs" and not line.bad for line in lines])
    for place, head in enumerate(HEADS):
        flagged = scores[:, place] > threshold_at(raw[others, place], FALSE_ALARMS)
        groups = by_identity(harmless, flagged)
        worst = max(groups, key=lambda word: groups[word])
        found[head] = {
            "flagged": round(float(flagged.mean()), 4),
            "worst_group": [worst, round(groups[worst], 4)],
        }
    return found


def raw_scores(reader: SecondReader, texts: Sequence[str]) -> np.ndarray:
    return np.array([list(one.values()) for one in reader.log_odds(texts)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    asked.out.mkdir(parents=True, exist_ok=True)
    export(asked.model, asked.out)
    about = json.loads((asked.model / "about.json").read_text(encoding="utf-8"))
    lines = measured_lines(asked.data, about["left_out"])
    reader = SecondReader(asked.out)
    raw = raw_scores(reader, [line.text for line in lines])
    card, errors = calibrate(lines, raw)
    harmless = [
        line.text
        for line, trains in read_lines(asked.data)
        if line.source == "madlibs" and not line.bad and not trains
    ]
    found = {
        "auc": set_figures(lines, raw),
        "harmless_mentions": identity_figures(reader, harmless, lines, raw),
        "calibration_error": errors,
    }
    write_card(asked.out, card | {"about": about, "figures": found})
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
