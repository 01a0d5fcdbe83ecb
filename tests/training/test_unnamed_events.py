"""Events whose label the network does not have teach it where expressions are."""

import dataclasses
from pathlib import Path

import pytest
import torch
from torch.nn import functional

import training.course
from fedn.annotation.event import Event
from fedn.checkpoint import load_model
from fedn.model_config import small_config
from fedn.models.build import build_detector
from fedn.predictors.fedn import FednPredictor
from training.config import DataConfig, OptimizationConfig, StartConfig, TrainingConfig
from training.datasets.load import unknown_labels
from training.evaluation import predict
from training.losses import named_or_likeliest
from training.run import train
from training.targets import TRUE, UNCERTAIN, UNNAMED
from training.windows import to_grid

from .conftest import LABELS, make_sample

NETWORK = small_config(3, width=32, head_width=32)


def grid(spots_unknown: bool):
    sample = make_sample("v", "s", frames=400, events=0)
    events = (
        Event(50, 90, "pain"),
        Event(150, 190, "anger"),
        Event(250, 260, "pain", kind="micro"),
        Event(300, 340, ""),
    )
    sample = dataclasses.replace(sample, events=events, spots_unknown=spots_unknown)
    return to_grid(sample, LABELS, build_detector(NETWORK, seed=0))


def test_unknown_labels_are_events_without_a_name_or_neither_events_nor_background():
    spotted, left = grid(True), grid(False)
    assert spotted.labels.tolist() == [UNNAMED, 2, UNNAMED, UNNAMED]
    assert spotted.roles.tolist() == [TRUE, TRUE, UNCERTAIN, TRUE], "a micro-expression stays neither"
    assert left.roles.tolist() == [UNCERTAIN, TRUE, UNCERTAIN, UNCERTAIN]


def test_only_the_likeliest_label_is_asked_of_an_event_without_a_name():
    logits = torch.tensor([[0.0, 3.0, -1.0], [2.0, 0.0, 0.0], [0.0, 0.5, 1.0]], requires_grad=True)
    labels, asked = named_or_likeliest(torch.tensor([UNNAMED, 1, UNNAMED]), logits, NETWORK)
    assert labels.tolist() == [1, 1, 2]
    assert asked.tolist() == [[False, True, False], [True, True, True], [False, False, True]]
    targets = functional.one_hot(labels, 3).float()
    loss = (functional.binary_cross_entropy_with_logits(logits, targets, reduction="none") * asked).sum()
    (gradient,) = torch.autograd.grad(loss, logits)
    assert gradient[0, 1] < 0 and gradient[0, 0] == gradient[0, 2] == 0
    by_hand = torch.sigmoid(logits.detach()[0, 1]) - 1
    torch.testing.assert_close(gradient[0, 1], by_hand)


def test_a_network_learns_to_find_events_that_nobody_has_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The score rises where they are on a person who was held out, whatever label carries it."""
    made = [make_sample(f"v{n}", f"s{n}", frames=600, events=6, seed=n) for n in range(4)]
    unnamed = [
        dataclasses.replace(s, events=tuple(dataclasses.replace(e, label="pain") for e in s.events), spots_unknown=True)
        for s in made
    ]
    assert unknown_labels(unnamed, LABELS) == {"pain": 24}
    monkeypatch.setattr(training.course, "load_samples", lambda *_: unnamed)
    config = TrainingConfig(
        data=DataConfig(folder=".", held_out=("s3",), validation_share=0.0),
        start=StartConfig(labels=LABELS, size="small", network={"width": 32, "head_width": 32}),
        optimization=OptimizationConfig(epochs=8, batch_size=4, learning_rate=5e-3, bfloat16=False),
    )
    train(config, tmp_path / "run")
    found = predict(FednPredictor(load_model(tmp_path / "run" / "model"), "cpu"), [unnamed[3]])
    assert max(found.evaluation(step / 20).spotting.f1 for step in range(1, 20)) > 0.6
